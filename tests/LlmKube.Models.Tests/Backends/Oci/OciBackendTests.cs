using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Backends.Oci;

/// <summary>Models in a real registry.</summary>
public sealed class OciBackendTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-oci-").FullName;
    private readonly OciBackend _backend = new(new NetworkOptions(), TimeProvider.System);
    private RegistryServer? _registry;
    private string? _missing;

    public async ValueTask InitializeAsync() => (_registry, _missing) = await RegistryServer.StartAsync(Checkout.Root);

    public async ValueTask DisposeAsync()
    {
        await (_registry?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private static ConnectOptions Signed => BackendProbe.With(("username", RegistryServer.User), ("password", RegistryServer.Password));

    [Fact]
    public async Task A_ModelPack_artifact_is_its_files_with_their_digests_whole_and_in_parts()
    {
        var source = await PushModelAsync("models/llama:1");
        await using var session = await _backend.ConnectedAsync(source, Signed);

        session.Files.Select(file => (file.Path, file.SizeBytes, file.Digest!.Hex)).ShouldBe([("config.json", 5000, Sha256(Bytes(2))), ("weights/m.bin", 5000, Sha256(Bytes(1)))]);
        session.Revision.ShouldStartWith("sha256:");
        (await session.ReadAsync("weights/m.bin")).ShouldBe(Bytes(1));
        (await session.ReadAsync("weights/m.bin", offset: 1000, length: 500)).ShouldBe(Bytes(1)[1000..1500]);
        await using var chosen = await _backend.ConnectedAsync(source, Signed with { Include = ["*.json"] });
        chosen.Files.ShouldHaveSingleItem().Path.ShouldBe("config.json");
        await using var pinned = await _backend.ConnectedAsync($"{source.Replace(":1", "", StringComparison.Ordinal)}@{session.Revision}", Signed);
        pinned.Revision.ShouldBe(session.Revision);
    }

    [Fact]
    public async Task What_has_a_mirror_is_read_there_and_nowhere_else()
    {
        await PushModelAsync("mirror/llama:1");
        var backend = new OciBackend(new NetworkOptions { Mirrors = RegistryMirrors.Parse($"docker.io/models={_registry!.Host}/mirror") }, TimeProvider.System);

        await using var session = await backend.ConnectedAsync("oci://models/llama:1", Signed);

        (await session.ReadAsync("weights/m.bin")).ShouldBe(Bytes(1));
        (await backend.RefusedAsync("oci://models/other:1", Signed)).ShouldSatisfyAllConditions(failure => failure.Kind.ShouldBe(FailureKind.NotFound), failure => failure.Message.ShouldContain(_registry.Host));
    }

    [Fact]
    public async Task What_cannot_be_had_is_said()
    {
        var source = await PushModelAsync("models/llama:1");

        (await _backend.RefusedAsync(source)).ShouldSatisfyAllConditions(failure => failure.Kind.ShouldBe(FailureKind.Unauthorized), failure => failure.Message.ShouldContain("wants a user"));
        (await _backend.RefusedAsync(source, BackendProbe.With(("username", "reader"), ("password", "wrong")))).Kind.ShouldBe(FailureKind.Unauthorized);
        (await _backend.RefusedAsync(source.Replace(":1", ":2", StringComparison.Ordinal), Signed)).Kind.ShouldBe(FailureKind.NotFound);
        (await _backend.RefusedAsync(source, Signed with { Offline = true })).Kind.ShouldBe(FailureKind.Offline);
    }

    [Fact]
    public async Task Users_come_from_a_Secret_of_registries_too()
    {
        var source = await PushModelAsync("models/llama:1");
        var users = await File.ReadAllTextAsync(_registry!.WriteUsers(Path.Combine(_folder, "users.json")), TestContext.Current.CancellationToken);

        await using var session = await _backend.ConnectedAsync(source, BackendProbe.With((".dockerconfigjson", users)));

        session.Files.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_image_for_containers_may_have_no_model()
    {
        Assert.SkipWhen(_registry is null, _missing ?? "");
        await TinyImage.WriteAsync(Path.Combine(_folder, "image.tar"));
        await PushAsync(Path.Combine(_folder, "image.tar"), "team/app:1");

        await using var session = await _backend.ConnectedAsync($"oci://{_registry!.Host}/team/app:1", Signed);
        (session.Paths.Count, session.ImageRoot).ShouldBe((0, "/"));
    }

    [Theory]
    [InlineData(ArtifactFormat.ModelPack, ImageLayout.Root)]
    [InlineData(ArtifactFormat.Docker, ImageLayout.Root)]
    [InlineData(ArtifactFormat.Image, ImageLayout.Root)]
    [InlineData(ArtifactFormat.Image, ImageLayout.Models)]
    public async Task What_we_push_is_fetched_again_unchanged_and_equal_files_make_equal_artifacts(ArtifactFormat format, ImageLayout layout)
    {
        Assert.SkipWhen(_registry is null, _missing ?? "");
        Directory.CreateDirectory(Path.Combine(_folder, "model", "sub"));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "model", "llama.gguf"), Bytes(1), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "model", "sub", "config.json"), Bytes(2), TestContext.Current.CancellationToken);
        var digests = new List<string>();
        foreach (var tag in (string[])["one", "two"])
        {
            var image = ImageReference.Parse($"{_registry!.Host}/pushed/llama:{tag}")!;
            using var client = RegistryClient.Create(image, OciBackend.OptionsOf(new NetworkOptions(), image.Registry, Signed), TimeProvider.System).Client!;
            await using var files = await new LlmKube.Models.Backends.Local.LocalBackend(["/"]).ConnectedAsync(Path.Combine(_folder, "model"));
            digests.Add((await new ArtifactPusher(client).PushAsync(files, new ModelPackDescription { Files = [], Name = "llama" }, format, layout, tag, null, CancellationToken.None)).Digest);
        }

        digests[0].ShouldBe(digests[1]);
        using var store = new Store.StoreUnderTest();
        var source = $"oci://{_registry!.Host}/pushed/llama:one";
        var fetched = await new LlmKube.Models.Store.ModelFetcher(store.Store, [_backend], new LlmKube.Models.Transfer.TransferEngine(new(), TimeProvider.System), new())
            .FetchAsync(new LlmKube.Models.Store.FetchRequest(new LlmKube.Models.Sources.ModelSource.Oci(source[6..]), source) { Connect = Signed }, null, CancellationToken.None);

        var model = fetched.ShouldBeOfType<LlmKube.Models.Store.FetchResult.Stored>((fetched as LlmKube.Models.Store.FetchResult.Failed)?.Failure.Message).Model;
        model.Files.Select(file => (file.Path, file.Sha256)).ShouldBe([("llama.gguf", Sha256(Bytes(1))), ("sub/config.json", Sha256(Bytes(2)))]);
        await using var session = await _backend.ConnectedAsync(source, Signed);
        session.Paths.ShouldBe(["llama.gguf", "sub/config.json"]);
        session.ImageRoot.ShouldBe(format != ArtifactFormat.Image ? null : layout == ImageLayout.Models ? "/models" : "/");
        Directory.Exists(store.Layout.PartialFolder(model.Key)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("application/vnd.docker.ai.gguf.v3", null, null, "model.gguf")]
    [InlineData("application/vnd.docker.ai.mmproj", null, null, "mmproj-model.gguf")]
    [InlineData("application/vnd.docker.ai.model.file", "org.cncf.model.filepath", "a/b.safetensors", "a/b.safetensors")]
    [InlineData("application/octet-stream", "org.opencontainers.image.title", "llama.gguf", "llama.gguf")]
    [InlineData("application/vnd.ollama.image.model", null, null, "model.gguf")]
    [InlineData("application/vnd.ollama.image.params", null, null, null)]
    [InlineData("application/vnd.kitops.modelkit.model.v1.tar+gzip", null, null, "layer-00000.packed")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", null, null, "layer-00000.packed")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+xz", null, null, null)]
    [InlineData("application/vnd.cncf.model.weight.v1.raw", "org.cncf.model.filepath", "../../etc/passwd", null)]
    public void Layers_are_the_files_that_their_makers_mean(string mediaType, string? annotation, string? value, string? path)
    {
        var annotations = annotation is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [annotation] = value! };
        var layer = new OciDescriptor { MediaType = mediaType, Digest = OciDigest.Of([]), Size = 0, Annotations = annotations };

        var (files, problem) = OciModelFiles.Of(new OciManifest { Config = layer, Layers = [layer] });

        files.Select(file => file.Path).ShouldBe(path is null ? [] : [path]);
        (problem is null).ShouldBe(path is not null);
    }

    private async Task<string> PushModelAsync(string name)
    {
        Assert.SkipWhen(_registry is null, _missing ?? "");
        using var store = new Store.StoreUnderTest();
        var bundle = new Bundle(Path.Combine(_folder, "work"));
        (await bundle.AddModelAsync(store.Layout, store.Publish(Key, ("weights/m.bin", Bytes(1)), ("config.json", Bytes(2))), CancellationToken.None)).ShouldBeNull();
        (await bundle.WriteAsync(Path.Combine(_folder, "model.tar"), null, CancellationToken.None)).ShouldBeNull();
        return await PushAsync(Path.Combine(_folder, "model.tar"), name);
    }

    private async Task<string> PushAsync(string path, string name)
    {
        var archive = (await OciArchive.OpenAsync(path, CancellationToken.None)).Archive.ShouldNotBeNull();
        var options = new RegistryOptions { Credentials = RegistryCredentials.None.With(_registry!.Host, RegistryServer.User, RegistryServer.Password) };
        var image = ImageReference.Parse($"{_registry.Host}/{name}").ShouldNotBeNull();
        (await new ImagePusher(options, TimeProvider.System).PushAsync(archive, archive.Index.Manifests[0], image, null, CancellationToken.None)).ShouldBeNull();
        return $"oci://{image}";
    }
}
