using LlmKube.Models.Sources;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>From a machine with a connection to a site without one, over a medium.</summary>
public sealed class BundleCommandTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 13))];

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-bundle-").FullName;
    private CliUnderTest _cli = null!;
    private TestSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        _cli = await CliUnderTest.StartAsync();
        _site = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _cli.DisposeAsync();
        await _site.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_is_bundled_is_shown_loaded_into_a_store_and_a_registry_and_bundled_again_from_there()
    {
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root);
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            await TinyImage.WriteAsync(At("image.tar"), "registry.vendor/team/app:1");
            var created = await _cli.RunAsync("bundle", "create", "--image-archive", At("image.tar"), "--models", _site.At("llama.gguf"), "-o", At("bundle.tar"), "--store", At("store"));
            created.Code.ShouldBe(0, created.Error);
            Directory.Exists(At("bundle.tar.work")).ShouldBeFalse();

            var shown = await _cli.RunAsync("bundle", "show", At("bundle.tar"));
            shown.Output.ShouldContain("image\tregistry.vendor/team/app:1");
            shown.Output.ShouldContain($"model\t{_site.At("llama.gguf")}\t293.");

            var users = registry!.WriteUsers(At("users.json"));
            var loaded = await _cli.RunAsync("bundle", "load", At("bundle.tar"), "--to-registry", $"{registry.Host}/mirror", "--registry-config", users, "--store", At("site"));
            loaded.Code.ShouldBe(0, loaded.Error);
            loaded.Output.Trim().ShouldBe($"{registry.Host}/mirror/team/app:1");
            (await File.ReadAllBytesAsync(Path.Combine(At("site"), CacheKey.Of(_site.At("llama.gguf")), "llama.gguf"), TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
            (await _cli.RunAsync("bundle", "load", At("bundle.tar"), "--store", At("site"))).Error.ShouldContain("nothing was moved");

            var again = await _cli.RunAsync("bundle", "create", "--image", $"{registry.Host}/mirror/team/app:1", "--platform", "linux/arm64", "--registry-config", users, "-o", At("again.tar"), "--store", At("site"));
            again.Code.ShouldBe(0, again.Error);
        }
    }

    [Fact]
    public async Task A_bundle_that_was_damaged_on_the_way_loads_nothing_of_what_is_damaged()
    {
        (await _cli.RunAsync("bundle", "create", "--models", _site.At("llama.gguf"), "-o", At("bundle.tar"), "--store", At("store"))).Code.ShouldBe(0);
        var bytes = await File.ReadAllBytesAsync(At("bundle.tar"), TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf(s_bytes.AsSpan(0, 4000)) + 1000] ^= 1;
        await File.WriteAllBytesAsync(At("damaged.tar"), bytes, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("cut.tar"), bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        (await _cli.RunAsync("bundle", "load", At("damaged.tar"), "--store", At("site"))).Error.ShouldContain("hashes to");
        (await _cli.RunAsync("bundle", "load", At("cut.tar"), "--store", At("site"))).Code.ShouldNotBe(0);
        (await _cli.RunAsync("bundle", "load", At("nothing.tar"), "--store", At("site"))).Code.ShouldBe(3);
        (await _cli.RunAsync("cache", "list", "-o", "name", "--store", At("site"))).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_bundle_is_refused() => (await _cli.RunAsync("bundle", "create", "-o", At("bundle.tar"), "--store", At("store"))).Code.ShouldBe(2);

    private string At(string name) => Path.Combine(_folder, name);
}
