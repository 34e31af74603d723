using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Sources;

public sealed class MovingSourceTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("oci://registry:5000/models/llama:latest", Digest, $"oci://registry:5000/models/llama@{Digest}")]
    [InlineData("oci://registry:5000/models/llama", Digest, $"oci://registry:5000/models/llama@{Digest}")]
    [InlineData("hf://org/llama", Commit, $"hf://org/llama@{Commit}")]
    [InlineData("hf://org/llama@main/q4/llama.gguf", Commit, $"hf://org/llama@{Commit}/q4/llama.gguf")]
    public void What_moves_is_pinned_and_moves_no_more(string source, string version, string pinned)
    {
        var moving = Parse(source);

        MovingSource.Moves(moving).ShouldBeTrue();
        MovingSource.At(moving, version).ToSourceString().ShouldBe(pinned);
        MovingSource.Moves(Parse(pinned)).ShouldBeFalse();
        MovingSource.AreOfOneModel(moving, Parse(pinned)).ShouldBeTrue();
        ModelSourceObject.Parse(System.Text.Json.JsonSerializer.SerializeToElement(source), pinned, null).ShouldBeOfType<SourceParseResult.Parsed>().Source.ToSourceString().ShouldBe(pinned);
    }

    [Theory]
    [InlineData("/models/a.gguf")]
    [InlineData("https://host/a.gguf")]
    [InlineData("s3://bucket/a.gguf")]
    [InlineData("pvc://claim/a.gguf")]
    public void Other_sources_have_no_versions(string source) => MovingSource.Moves(Parse(source)).ShouldBeFalse();

    [Theory]
    [InlineData("oci://registry/models/llama:latest", $"oci://registry/models/other@{Digest}")]
    [InlineData("hf://org/llama/a.gguf", $"hf://org/llama@{Commit}/b.gguf")]
    [InlineData("oci://registry/models/llama:latest", "oci://registry/models/llama:other")]
    [InlineData("https://host/a.gguf", "https://host/b.gguf")]
    public void What_was_chosen_for_something_else_is_not_taken(string source, string resolved) =>
        ModelSourceObject.Parse(System.Text.Json.JsonSerializer.SerializeToElement(source), resolved, null).ShouldBeOfType<SourceParseResult.Parsed>().Source.ToSourceString().ShouldBe(source);

    [Fact]
    public void An_object_keeps_its_mode_and_its_Secret()
    {
        var source = System.Text.Json.JsonDocument.Parse("""{"type":"oci","image":"registry/models/llama:latest","mode":"pull","secretRef":{"name":"registry"}}""").RootElement;

        ModelSourceObject.Parse(source, $"oci://registry/models/llama@{Digest}", null).ShouldBeOfType<SourceParseResult.Parsed>().Source
            .ShouldBe(new ModelSource.Oci($"registry/models/llama@{Digest}") { Mode = "pull", SecretName = "registry" });
    }

    private static ModelSource Parse(string text) => ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Parsed>().Source;
}
