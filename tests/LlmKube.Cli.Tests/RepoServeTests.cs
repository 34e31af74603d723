using System.Net;
using LlmKube.Cli.Commands.Repositories;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>What is told of a repository in a claim to those that do not see the claim.</summary>
public sealed class RepoServeTests : IAsyncLifetime
{
    private static readonly RepositoryPlace s_place = RepositoryPlace.Parse("pvc://models/team-a").Place!;

    private readonly string _mounted = Directory.CreateTempSubdirectory("llmkube-claim-").FullName;
    private readonly HttpClient _client = new(new SocketsHttpHandler());
    private WebApplication _web = null!;
    private Uri _url = null!;

    public async ValueTask InitializeAsync()
    {
        _web = RepoServe.Web(new RepositoryIndex(Path.Combine(_mounted, "team-a")), kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await _web.StartAsync(TestContext.Current.CancellationToken);
        _url = new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _client.Dispose();
        Directory.Delete(_mounted, recursive: true);
    }

    [Fact]
    public async Task A_repository_is_read_by_its_index_as_where_it_is_mounted()
    {
        await using var mounted = s_place.OpenMounted(_mounted);
        await using var served = s_place.OpenServed(_client, _url);
        (await served.ModelsAsync(CancellationToken.None)).ShouldBeEmpty("a folder that is not there yet is an empty repository");
        await PublishAsync(mounted, "v1");
        await PublishAsync(mounted, "v2");
        await mounted.TagAsync("llama", "latest", "v2", CancellationToken.None);
        Write("models/llama/by-hand/model.gguf");

        served.Place.ShouldBe("pvc://models/team-a");
        (await served.ModelsAsync(CancellationToken.None)).ShouldBe(["llama"]);
        (await served.VersionsAsync("llama", CancellationToken.None)).ShouldBe(["by-hand", "v1", "v2"]);
        (await served.TagsAsync("llama", CancellationToken.None)).ShouldHaveSingleItem().ShouldBe(new("latest", "v2"));
        (await served.FindTagAsync("llama", "other", CancellationToken.None)).ShouldBeNull();
        (await served.FindAsync("llama", "v2", CancellationToken.None)).ShouldNotBeNull().Files.ShouldHaveSingleItem().Path.ShouldBe("model.gguf");
        foreach (var version in (string[])["by-hand", "v2"])
        {
            (await served.PathsAsync("llama", version, CancellationToken.None)).ShouldBe(["model.gguf"]);
            (await served.SourceOfAsync("llama", version, CancellationToken.None)).ShouldBe(new ModelSource.Pvc("models", $"team-a/models/llama/{version}"));
        }
    }

    [Theory]
    [InlineData("/object?key=models/llama/v1/model.gguf")]
    [InlineData("/object?key=models/llama/v1/notes/manifest.json")]
    [InlineData("/object?key=models/llama/tags/../v1/manifest.json")]
    [InlineData("/object?key=../secret")]
    [InlineData("/object")]
    [InlineData("/list?prefix=/")]
    [InlineData("/list?prefix=models/../../")]
    [InlineData("/list")]
    [InlineData("/")]
    public async Task No_byte_of_a_model_and_nothing_beside_it_is_told(string path)
    {
        Write("models/llama/v1/model.gguf");
        Write("models/llama/v1/notes/manifest.json");
        Write("models/llama/v1/manifest.json");
        Write("../secret");

        using var answer = await _client.GetAsync(new Uri(_url, path), TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nothing_is_written_through_an_index_and_a_server_that_is_gone_is_waited_for()
    {
        await using var served = s_place.OpenServed(_client, _url);
        Write("models/llama/v1/model.gguf");
        (await Should.ThrowAsync<RepositoryException>(served.TagAsync("llama", "latest", "v1", CancellationToken.None))).Failure.Kind.ShouldBe(FailureKind.Refused);
        await _web.StopAsync(TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<RepositoryException>(served.ModelsAsync(CancellationToken.None))).Failure.ShouldSatisfyAllConditions(
            failure => failure.Heals.ShouldBeTrue(),
            failure => failure.Message.ShouldContain("does not answer"));
    }

    private static async Task PublishAsync(IModelRepository repository, string version)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-version-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "model.gguf"), version);
        var connected = (ConnectResult.Connected)await new LlmKube.Models.Backends.Local.LocalBackend(["/"]).ConnectAsync(new ModelSource.Local(folder), new ConnectOptions(), CancellationToken.None);
        await using var session = connected.Session;
        await repository.PublishAsync(new VersionManifest { Name = "llama", Version = version, Files = [] }, session, null, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    private void Write(string key)
    {
        var path = Path.Combine(_mounted, "team-a", key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "v1");
    }
}
