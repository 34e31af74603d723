using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Tests.Backends;
using LlmKube.Models.Transfer;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Oci;

/// <summary>What others push is pulled, and what is pushed here is pulled by others, through a registry with users and TLS of a private authority.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private static readonly byte[] s_weights = [.. Enumerable.Range(0, 2_000_000).Select(i => (byte)(i * 37 >> 3))];
    private static readonly byte[] s_config = "{\"a\":1}"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-peers-").FullName;
    private readonly TestAuthority _authority = new();
    private RegistryServer? _registry;
    private RegistryPeers? _peers;
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        (_peers, _missing) = await RegistryPeers.PrepareAsync(Checkout.Root);
        using var certificate = _authority.ForThisMachine();
        if (_peers is not null)
        {
            (_registry, _missing) = await RegistryServer.StartAsync(Checkout.Root, certificate);
        }

        var model = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(model, "llama.gguf"), s_weights);
        await File.WriteAllBytesAsync(Path.Combine(model, "config.json"), s_config);
        await File.WriteAllTextAsync(At("ca.crt"), _authority.CertificatePem);
    }

    public async ValueTask DisposeAsync()
    {
        await (_registry?.DisposeAsync() ?? ValueTask.CompletedTask);
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_oras_pushes_is_fetched_unchanged()
    {
        var (registry, peers) = Require();
        await peers.RunAsync(At("model"), "oras", ["push", $"{registry.Host}/models/oras:1", "llama.gguf", "config.json", .. ForOras()]);

        await FetchedAsync($"{registry.Host}/models/oras:1");
    }

    [Theory]
    [InlineData(ArtifactFormat.ModelPack)]
    [InlineData(ArtifactFormat.Docker)]
    public async Task What_is_pushed_here_is_pulled_by_oras_unchanged(ArtifactFormat format)
    {
        var (registry, peers) = Require();
        await PushAsync($"{registry.Host}/models/ours:1", format);

        await peers.RunAsync(_folder, "oras", ["pull", $"{registry.Host}/models/ours:1", "-o", At("out"), .. ForOras()]);

        File.ReadAllBytes(Path.Combine(At("out"), "llama.gguf")).ShouldBe(s_weights);
        File.ReadAllBytes(Path.Combine(At("out"), "config.json")).ShouldBe(s_config);
    }

    [Fact]
    public async Task An_image_goes_through_skopeo_and_back_and_is_the_same()
    {
        var (registry, peers) = Require();
        var digest = await PushAsync($"{registry.Host}/models/image:1", ArtifactFormat.Image);
        registry.WriteUsers(At("users.json"));
        Directory.CreateDirectory(At("certificates"));
        File.Copy(At("ca.crt"), Path.Combine(At("certificates"), "ca.crt"));
        await File.WriteAllTextAsync(At("policy.json"), """{"default":[{"type":"insecureAcceptAnything"}]}""", TestContext.Current.CancellationToken);
        string[] common = ["--policy", At("policy.json"), "copy", "--authfile", At("users.json")];

        await peers.RunAsync(_folder, "skopeo", [.. common, "--src-cert-dir", At("certificates"), $"docker://{registry.Host}/models/image:1", $"oci-archive:{At("image.tar")}:one"]);
        await peers.RunAsync(_folder, "skopeo", [.. common, "--dest-cert-dir", At("certificates"), $"oci-archive:{At("image.tar")}:one", $"docker://{registry.Host}/models/image:2"]);

        // skopeo compresses the layers on the way: it is the same model in another image.
        (await FetchedAsync($"{registry.Host}/models/image:1")).Revision.ShouldBe(digest);
        await FetchedAsync($"{registry.Host}/models/image:2");
    }

    private (RegistryServer Registry, RegistryPeers Peers) Require()
    {
        Assert.SkipWhen(_registry is null || _peers is null, _missing ?? "");
        return (_registry!, _peers!);
    }

    private string[] ForOras() => ["--username", RegistryServer.User, "--password", RegistryServer.Password, "--plain-http=false", "--ca-file", At("ca.crt")];

    private ConnectOptions Connect() => BackendProbe.With(("username", RegistryServer.User), ("password", RegistryServer.Password), ("ca.crt", _authority.CertificatePem));

    private async Task<string> PushAsync(string name, ArtifactFormat format)
    {
        var image = ImageReference.Parse(name)!;
        using var client = RegistryClient.Create(image, OciBackend.OptionsOf(new NetworkOptions(), image.Registry, Connect()), TimeProvider.System).Client!;
        await using var files = await new LocalBackend(["/"]).ConnectedAsync(At("model"));
        return (await new ArtifactPusher(client).PushAsync(files, new ModelPackDescription { Files = [], Name = "llama" }, format, ImageLayout.Root, image.Tag!, null, CancellationToken.None)).Digest;
    }

    private async Task<StoredModel> FetchedAsync(string name)
    {
        var store = new ModelStore(new ModelStoreLayout(At(Guid.NewGuid().ToString("N"))), TimeProvider.System);
        var fetcher = new ModelFetcher(store, [new OciBackend(new NetworkOptions(), TimeProvider.System)], new TransferEngine(new TransferOptions(), TimeProvider.System), new StoreLimits());
        var result = await fetcher.FetchAsync(new FetchRequest(new ModelSource.Oci(name), $"oci://{name}") { Connect = Connect() }, null, CancellationToken.None);
        var model = result.ShouldBeOfType<FetchResult.Stored>((result as FetchResult.Failed)?.Failure.Message).Model;
        File.ReadAllBytes(store.Layout.ModelFile(model.Key, "llama.gguf")!).ShouldBe(s_weights);
        File.ReadAllBytes(store.Layout.ModelFile(model.Key, "config.json")!).ShouldBe(s_config);
        return model;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
