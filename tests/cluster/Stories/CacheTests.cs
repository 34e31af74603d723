using System.Text.Json.Nodes;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>The store's commands on a cluster's claims.</summary>
public sealed class CacheTests(ClusterFixture cluster)
{
    private const string Source = "s3://nowhere/models/tiny.gguf";

    [Fact]
    public async Task What_was_carried_into_a_claim_is_served_without_any_source_listed_verified_and_taken_out_again()
    {
        await using var story = await Story.BeginAsync(cluster, "carried");
        var usb = Directory.CreateTempSubdirectory("llmkube-usb").FullName;
        var bytes = Story.TinyModel();
        await File.WriteAllBytesAsync(Path.Combine(usb, "tiny.gguf"), bytes, TestContext.Current.CancellationToken);

        // The namespace has no claim yet: it gets the one that a service would have had made.
        await cluster.LlmKubeAsync("cache", "import", Path.Combine(usb, "tiny.gguf"), "--as", Source, "-n", "carried");
        (await story.ClaimNamesAsync()).ShouldBe(["llmkube-model-cache"]);
        await story.DeployAsync("demo", Source);
        await story.ReadyAsync("demo");
        (await story.FetchedAsync("demo")).ShouldBe(0);

        var listed = JsonNode.Parse(await cluster.LlmKubeAsync("cache", "list", "-n", "carried", "-o", "json"))!;
        var model = listed["items"]?[0] ?? listed;
        ((string)model["key"]!).ShouldBe(CacheKey.Of(Source));
        ((string)model["inUseBy"]![0]!).ShouldBe("carried/demo");
        (await cluster.LlmKubeAsync("cache", "verify", "-n", "carried")).ShouldContain($"ok\t{CacheKey.Of(Source)}\ttiny.gguf");
        await Should.ThrowAsync<InvalidOperationException>(() => cluster.LlmKubeAsync("cache", "clear", "--model", "demo", "-n", "carried"));

        await cluster.LlmKubeAsync("cache", "export", "demo", Path.Combine(usb, "out"), "-n", "carried");
        (await File.ReadAllBytesAsync(Path.Combine(usb, "out", "tiny.gguf"), TestContext.Current.CancellationToken)).ShouldBe(bytes);

        await story.DeleteAsync("demo");
        (await cluster.LlmKubeAsync("cache", "clear", "--unused", "-n", "carried")).ShouldContain(CacheKey.Of(Source));
        Directory.Exists(Path.Combine(cluster.NodeFolder("carried-cache"), CacheKey.Of(Source))).ShouldBeFalse();
        await NothingIsLeftOfAsync("carried");
        Directory.Delete(usb, recursive: true);
    }

    [Fact]
    public async Task A_folder_is_carried_into_a_claim_whole_and_a_wrong_digest_leaves_nothing()
    {
        await using var story = await Story.BeginAsync(cluster, "folder");
        var folder = Directory.CreateTempSubdirectory("llmkube-folder").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "nested"));
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{}", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "nested", "weights.bin"), new byte[3_000_000], TestContext.Current.CancellationToken);
        await story.ClaimAsync("store");
        await cluster.VolumeAsync("folder-store", cluster.NodeFolder("folder-store"), "folder", "store");

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => cluster.LlmKubeAsync("cache", "import", folder, "--as", "org/model", "-n", "folder", "--claim", "store", "--sha256", new string('0', 64)));
        refused.Message.ShouldContain("ended with 7");
        Directory.Exists(Path.Combine(cluster.NodeFolder("folder-store"), CacheKey.Of("org/model"))).ShouldBeFalse();
        await cluster.LlmKubeAsync("cache", "import", folder, "--as", "org/model", "-n", "folder", "--claim", "store");

        var stored = Path.Combine(cluster.NodeFolder("folder-store"), CacheKey.Of("org/model"));
        new FileInfo(Path.Combine(stored, "nested", "weights.bin")).Length.ShouldBe(3_000_000);
        (await cluster.LlmKubeAsync("cache", "stats", "-n", "folder", "--claim", "store", "-o", "json")).ShouldContain("\"models\": 1");
        await NothingIsLeftOfAsync("folder");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_model_is_fetched_into_a_claim_before_anyone_wants_it_with_a_secret_and_in_the_background()
    {
        await using var story = await Story.BeginAsync(cluster, "preload");
        var site = await story.SiteAsync();
        site.Authorization = "Basic " + Convert.ToBase64String("reader:right"u8);
        await story.SecretAsync("credentials", ("username", "reader"), ("password", "right"));

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => cluster.LlmKubeAsync("cache", "preload", site.At("tiny.gguf"), "-n", "preload"));
        refused.Message.ShouldContain("ended with 6");
        await PatientlyAsync("cache", "preload", site.At("tiny.gguf"), "-n", "preload", "--secret", "credentials");
        site.Files["second.gguf"] = Story.TinyModel(seed: 2);
        await cluster.LlmKubeAsync("cache", "preload", site.At("second.gguf"), "-n", "preload", "--secret", "credentials", "--no-wait");

        var store = cluster.NodeFolder("preload-cache");
        File.Exists(Path.Combine(store, CacheKey.Of(site.At("tiny.gguf")), "tiny.gguf")).ShouldBeTrue();
        await cluster.UntilAsync("the Job stored the second model", () => Task.FromResult(File.Exists(Path.Combine(store, CacheKey.Of(site.At("second.gguf")), "second.gguf"))));
    }

    [Fact]
    public async Task A_bundle_brings_a_model_into_a_claim_and_an_image_onto_a_node()
    {
        await using var story = await Story.BeginAsync(cluster, "bundled");
        var site = await story.SiteAsync();
        var folder = Directory.CreateTempSubdirectory("llmkube-bundled").FullName;
        var bundle = Path.Combine(folder, "bundle.tar");
        await TinyImage.WriteAsync(Path.Combine(folder, "image.tar"), "registry.vendor/team/app:1");
        await cluster.LlmKubeAsync("bundle", "create", "--image-archive", Path.Combine(folder, "image.tar"), "--models", site.At("tiny.gguf"), "-o", bundle, "--store", Path.Combine(folder, "store"));
        site.Files.Clear();

        await cluster.LlmKubeAsync("bundle", "load", bundle, "-n", "bundled");
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");

        (await story.FetchedAsync("demo")).ShouldBe(0);
        cluster.Node.Ctr("images", "import", "--no-unpack", bundle);
        cluster.Node.Ctr("images", "ls", "-q").ShouldContain("registry.vendor/team/app:1");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Runs a command again as often as it asks for it by its exit code: a place that does not answer in time is no failure of the command.</summary>
    private async Task PatientlyAsync(params string[] arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await cluster.LlmKubeAsync(arguments);
                return;
            }
            catch (InvalidOperationException e) when (attempt < 4 && e.Message.Contains("ended with 7", StringComparison.Ordinal))
            {
                // What arrived is kept.
            }
        }
    }

    /// <summary>The pods of commands go when the commands end.</summary>
    private async Task NothingIsLeftOfAsync(string ns) => await cluster.UntilAsync("no pod of a command is left", async () =>
        (await cluster.Client.Of<Pod>().ListAsync(new ListOptions { Namespace = ns, LabelSelector = $"{Labels.AppComponent}={StorePodObject.Component}" }, CancellationToken.None)).Items.Count == 0);
}
