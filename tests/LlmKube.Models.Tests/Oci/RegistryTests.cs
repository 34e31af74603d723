using LlmKube.Models.Backends;
using LlmKube.Models.Oci;
using LlmKube.Models.Store;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Oci;

/// <summary>Images and models between real registries, archives and stores.</summary>
public sealed class RegistryTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-oci-").FullName;
    private RegistryServer? _registry;
    private string? _missing;

    public async ValueTask InitializeAsync() => (_registry, _missing) = await RegistryServer.StartAsync(Checkout.Root);

    public async ValueTask DisposeAsync()
    {
        await (_registry?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private RegistryServer Registry
    {
        get
        {
            Assert.SkipWhen(_registry is null, _missing ?? "");
            return _registry!;
        }
    }

    private RegistryOptions Options => new() { Credentials = RegistryCredentials.None.With(Registry.Host, RegistryServer.User, RegistryServer.Password) };

    [Fact]
    public async Task An_image_of_two_platforms_goes_into_a_registry_out_of_it_and_into_a_bundle_unchanged()
    {
        var image = await PushAsync("team/app:1");

        var bundle = new Bundle(Path.Combine(_folder, "work"));
        (await bundle.AddImageAsync(image, null, Options, TimeProvider.System, null, CancellationToken.None)).ShouldBeNull();
        (await bundle.WriteAsync(Path.Combine(_folder, "bundle.tar"), null, CancellationToken.None)).ShouldBeNull();

        var archive = (await OciArchive.OpenAsync(Path.Combine(_folder, "bundle.tar"), CancellationToken.None)).Archive.ShouldNotBeNull();
        var root = archive.Index.Manifests.ShouldHaveSingleItem();
        Bundle.NameOf(root).ShouldBe(image.ToString());
        var (blobs, manifests) = await archive.WalkAsync(root, CancellationToken.None);
        (blobs.Count, manifests.Count).ShouldBe((5, 3), "two configurations, a layer of each and one of both; two manifests and their index");
        root.Digest.ShouldBe(_rootDigest);

        // And again into a registry, under a path of it.
        (await new ImagePusher(Options, TimeProvider.System).PushAsync(archive, root, image.In($"{Registry.Host}/mirror"), null, CancellationToken.None)).ShouldBeNull();
        var one = new Bundle(Path.Combine(_folder, "one"));
        (await one.AddImageAsync(image.In($"{Registry.Host}/mirror"), "linux/arm64", Options, TimeProvider.System, null, CancellationToken.None)).ShouldBeNull();
        (await one.AddImageAsync(image, "linux/s390x", Options, TimeProvider.System, null, CancellationToken.None))!.Message.ShouldContain("It has: linux/amd64, linux/arm64");
    }

    [Fact]
    public async Task Equal_content_gives_equal_bundles()
    {
        var image = await PushAsync("team/app:1");
        foreach (var name in (string[])["a", "b"])
        {
            var bundle = new Bundle(Path.Combine(_folder, name));
            await bundle.AddImageAsync(image, null, Options, TimeProvider.System, null, CancellationToken.None);
            await bundle.WriteAsync(Path.Combine(_folder, $"{name}.tar"), null, CancellationToken.None);
        }

        (await File.ReadAllBytesAsync(Path.Combine(_folder, "a.tar"), TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_folder, "b.tar"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Wrong_credentials_a_missing_tag_and_a_damaged_blob_are_said()
    {
        var image = await PushAsync("team/app:1");
        var bundle = new Bundle(Path.Combine(_folder, "work"));

        var wrong = Options with { Credentials = RegistryCredentials.None.With(Registry.Host, RegistryServer.User, "wrong") };
        (await bundle.AddImageAsync(image, null, wrong, TimeProvider.System, null, CancellationToken.None))!.Kind.ShouldBe(FailureKind.Unauthorized);
        (await bundle.AddImageAsync(image, null, new RegistryOptions(), TimeProvider.System, null, CancellationToken.None))!.Message.ShouldContain("docker login");
        (await bundle.AddImageAsync(image with { Tag = "2" }, null, Options, TimeProvider.System, null, CancellationToken.None))!.Kind.ShouldBe(FailureKind.NotFound);

        var file = Registry.BlobFile(OciDigest.Of(TinyImage.SharedLayer));
        var damaged = TinyImage.SharedLayer.ToArray();
        damaged[17] ^= 1;
        await File.WriteAllBytesAsync(file, damaged, TestContext.Current.CancellationToken);
        var time = new ManualTime();
        var pulling = bundle.AddImageAsync(image, null, Options, time, null, CancellationToken.None);
        while (!pulling.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        (await pulling)!.Kind.ShouldBe(FailureKind.Corrupt);
        Directory.GetFiles(Path.Combine(_folder, "work"), "*.partial").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registry_with_a_private_authority_is_trusted_by_its_certificate_alone()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.ForThisMachine();
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root, certificate);
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            var image = ImageReference.Parse($"{registry!.Host}/team/app:1")!;
            var options = new RegistryOptions { Credentials = RegistryCredentials.None.With(registry.Host, RegistryServer.User, RegistryServer.Password), Trust = new Dictionary<string, string>(StringComparer.Ordinal) { ["ca.crt"] = authority.CertificatePem } };
            var archive = await ArchiveAsync();
            (await new ImagePusher(options, TimeProvider.System).PushAsync(archive, archive.Index.Manifests[0], image, null, CancellationToken.None)).ShouldBeNull();

            using var other = new TestAuthority();
            var untrusting = options with { Trust = new Dictionary<string, string>(StringComparer.Ordinal) { ["ca.crt"] = other.CertificatePem } };
            (await new Bundle(_folder).AddImageAsync(image, null, untrusting, TimeProvider.System, null, CancellationToken.None))!.Message.ShouldContain("not trusted");
        }
    }

    [Fact]
    public async Task A_model_goes_through_a_bundle_into_another_store_with_its_source_and_revision()
    {
        using var from = new Store.StoreUnderTest();
        var model = from.Publish(Key, ("weights/m.bin", Bytes(1)), ("config.json", Bytes(2)));
        var bundle = new Bundle(Path.Combine(_folder, "work"));
        (await bundle.AddModelAsync(from.Layout, model, CancellationToken.None)).ShouldBeNull();
        (await bundle.WriteAsync(Path.Combine(_folder, "bundle.tar"), null, CancellationToken.None)).ShouldBeNull();
        var archive = (await OciArchive.OpenAsync(Path.Combine(_folder, "bundle.tar"), CancellationToken.None)).Archive.ShouldNotBeNull();
        var root = archive.Index.Manifests.ShouldHaveSingleItem();
        Bundle.SourceOf(root).ShouldBe(model.Source);

        using var to = new Store.StoreUnderTest();
        using var carried = new MemoryStream();
        await Bundle.CopyModelAsync(archive, root, carried, CancellationToken.None);
        carried.Position = 0;
        var stored = (await new ModelImporter(to.Store).FromArchiveAsync(carried, Key, model.Source, null, CancellationToken.None, "r1")).ShouldBeOfType<FetchResult.Stored>().Model;

        stored.Files.Select(file => (file.Path, file.Sha256)).ShouldBe([("config.json", Sha256(Bytes(2))), ("weights/m.bin", Sha256(Bytes(1)))]);
        stored.Revision.ShouldBe("r1");
        var manifest = (await archive.ReadManifestAsync(root, CancellationToken.None)).ShouldNotBeNull();
        manifest.ArtifactType.ShouldBe("application/vnd.cncf.model.manifest.v1+json");
        manifest.Layers.Select(layer => layer.MediaType).ShouldBe(["application/vnd.cncf.model.weight.config.v1.raw", "application/vnd.cncf.model.weight.v1.raw"]);
    }

    private string _rootDigest = "";

    private async Task<ImageReference> PushAsync(string name)
    {
        var image = ImageReference.Parse($"{Registry.Host}/{name}").ShouldNotBeNull();
        var archive = await ArchiveAsync();
        (await new ImagePusher(Options, TimeProvider.System).PushAsync(archive, archive.Index.Manifests[0], image, null, CancellationToken.None)).ShouldBeNull();
        return image;
    }

    private async Task<OciArchive> ArchiveAsync()
    {
        var path = Path.Combine(_folder, "made.tar");
        _rootDigest = await TinyImage.WriteAsync(path);
        return (await OciArchive.OpenAsync(path, CancellationToken.None)).Archive.ShouldNotBeNull();
    }
}
