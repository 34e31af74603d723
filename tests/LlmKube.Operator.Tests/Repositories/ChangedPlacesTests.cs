using System.Text;
using LlmKube.Operator.Repositories;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Repositories;

/// <summary>What object stores and registries send when something in them changes.</summary>
public sealed class ChangedPlacesTests
{
    [Theory]
    [InlineData("""{"EventName":"s3:ObjectCreated:Put","Key":"llm-models/team-a/models/llama/tags/latest","Records":[{"eventVersion":"2.0","eventSource":"minio:s3","eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"llm-models"},"object":{"key":"team-a%2Fmodels%2Fllama+3%2Ftags%2Flatest","size":3}}}]}""", "llm-models", "team-a/models/llama 3/tags/latest")]
    [InlineData("""{"events":[{"id":"1","action":"push","target":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:0","repository":"team-a/llama","tag":"latest"},"request":{"host":"registry.internal"}}]}""", null, "team-a/llama")]
    [InlineData("""{"type":"PUSH_ARTIFACT","event_data":{"resources":[{"digest":"sha256:0","tag":"latest"}],"repository":{"name":"llama","namespace":"team-a","repo_full_name":"team-a/llama"}}}""", null, "team-a/llama")]
    public void A_message_names_the_place_that_changed(string message, string? container, string path) =>
        ChangedPlaces.Read(Encoding.UTF8.GetBytes(message)).ShouldBe([new ChangedPlace(container, path)]);

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"Records":"x","events":{}}""")]
    [InlineData("""{"Records":[1,{"s3":{"bucket":"b","object":{}}}],"events":[{"target":7}]}""")]
    public void Anything_else_names_none(string message) => ChangedPlaces.Read(Encoding.UTF8.GetBytes(message)).ShouldBeEmpty();

    [Theory]
    [InlineData(RepositoryTypes.S3, "team-a", "models", "team-a/models/llama/tags/latest", true)]
    [InlineData(RepositoryTypes.S3, null, "models", "models/llama/tags/latest", true)]
    [InlineData(RepositoryTypes.S3, "team-a", "models", "team-ab/models/llama/tags/latest", false)]
    [InlineData(RepositoryTypes.S3, "team-a", "others", "team-a/models/llama/tags/latest", false)]
    [InlineData(RepositoryTypes.Oci, "/team-a/", null, "team-a/llama", true)]
    [InlineData(RepositoryTypes.Oci, "team-a", null, "team-b/llama", false)]
    [InlineData(RepositoryTypes.Oci, "team-a", "models", "team-a/llama", false)]
    [InlineData(RepositoryTypes.Folder, null, null, "models/llama", false)]
    public void A_repository_is_looked_at_when_the_change_is_in_it(string type, string? prefix, string? container, string path, bool expected) =>
        ChangedPlaces.Concern(new ModelRepositorySpec { Type = type, Bucket = "models", Prefix = prefix }, new ChangedPlace(container, path)).ShouldBe(expected);
}
