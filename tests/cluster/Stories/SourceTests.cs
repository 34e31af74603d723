using System.Net;
using System.Text;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>Models from a claim, a web server and an object store, served by real pods.</summary>
public sealed class SourceTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_model_in_a_claim_that_someone_filled_is_served_in_place()
    {
        await using var story = await Story.BeginAsync(cluster, "claim");
        var folder = cluster.NodeFolder("prestaged");
        await File.WriteAllBytesAsync(Path.Combine(folder, "tiny.gguf"), Story.TinyModel(), TestContext.Current.CancellationToken);
        await cluster.VolumeAsync("prestaged", folder, "claim", "models");

        await story.DeployAsync("demo", "pvc://models/tiny.gguf");
        await story.ModelSaysAsync("demo", ModelReasons.PvcNotFound);
        await story.ClaimAsync("models");
        await story.ReadyAsync("demo");

        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        var pod = (await story.PodsAsync("demo")).ShouldHaveSingleItem();
        pod.Spec!.InitContainers.ShouldBeNull();
    }

    [Fact]
    public async Task A_model_from_a_web_server_is_fetched_once_and_nothing_else_is_asked_of_the_world()
    {
        await using var story = await Story.BeginAsync(cluster, "web");
        var site = await story.SiteAsync();
        var packets = NodeMachine.PacketsToNowhere();
        var port = new Uri(site.At("")).Port;
        await using var capture = PacketCapture.Begin();

        await story.DeployAsync("demo", site.At("tiny.gguf"), change: spec => spec with { ProbeOverrides = null });
        await story.ReadyAsync("demo");
        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        (await story.FetchedAsync("demo")).ShouldBe(site.Files["tiny.gguf"].Length);

        await story.DeleteAsync("demo");
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");
        (await story.FetchedAsync("demo")).ShouldBe(0);
        NodeMachine.PacketsToNowhere().ShouldBe(packets, "nothing but what a manifest names is ever asked");
        var asked = capture.Contacts().Where(contact => IsOfAPod(contact.From)).ToList();
        asked.ShouldContain(contact => contact.Protocol == "tcp" && contact.Port == port, "the capture sees what pods ask for");
        asked.Where(contact => !IsNamed(contact)).ShouldBeEmpty();
        capture.Contacts().Where(contact => !IsInside(contact.To) && !IsOfTheKernel(contact)).ShouldBeEmpty();
    }

    private const int ReaderPort = 8087;

    /// <summary>What a pod may ask: the API server, what a manifest names, and other pods of the product at the engine's port or that of a claim's reader.</summary>
    private bool IsNamed(Contact contact) => contact switch
    {
        { Protocol: "arp" } => IsInside(contact.To),
        { Protocol: "tcp", To: var to } when to.ToString() is ControlPlane.NodeAddress or ControlPlane.ServiceAddress => contact.Port == 443 || cluster.Named.Contains(to, contact.Port),
        { Protocol: "tcp" } => IsOfAPod(contact.To) && contact.Port is (Defaults.EndpointPort or ReaderPort),
        _ => false,
    };

    /// <summary>An interface that comes up asks its own wire for routers and groups (RFC 4861, RFC 3810).</summary>
    private static bool IsOfTheKernel(Contact contact) => contact.Protocol == "ipv6" && contact.From.IsIPv6LinkLocal && contact.To.IsIPv6Multicast;

    private static bool IsOfAPod(IPAddress address) => address.ToString().StartsWith("10.98.1.", StringComparison.Ordinal);

    /// <summary>The machine itself, its pods and its services.</summary>
    private static bool IsInside(IPAddress address) =>
        IPAddress.IsLoopback(address) || address.ToString() is { } text && (text.StartsWith("10.98.", StringComparison.Ordinal) || text.StartsWith("10.99.", StringComparison.Ordinal));

    [Fact]
    public async Task How_far_a_model_is_on_its_way_is_seen_while_it_is_fetched()
    {
        await using var story = await Story.BeginAsync(cluster, "progress");
        var site = await story.SiteAsync();
        site.Files["large.gguf"] = [.. Story.TinyModel(), .. new byte[40_000_000]];
        site.Pause = TimeSpan.FromMilliseconds(100);

        await story.DeployAsync("demo", site.At("large.gguf"));
        await cluster.UntilAsync("the service says how far the fetch is", async () =>
            (await story.ServiceAsync("demo")).Status is { Fetch: { BytesDone: > 0, BytesTotal: > 40_000_000 } });
        await story.ModelAsync("ahead", site.At("large.gguf?again"), spec => spec with { Prefetch = true });
        await cluster.UntilAsync("the model says how far the fetch is", async () => (await story.ModelAsync("ahead")).Status is { Phase: ModelPhases.Downloading, Fetch.BytesDone: > 0 });
        site.Pause = TimeSpan.Zero;

        await story.ModelSaysAsync("ahead", ModelReasons.ModelPrefetched);
        await cluster.UntilAsync("nothing is said of a fetch that ended", async () => (await story.ModelAsync("ahead")).Status?.Fetch is null && (await story.ServiceAsync("demo")).Status?.Fetch is null);
    }

    [Fact]
    public async Task A_secret_that_is_put_right_takes_effect_by_itself()
    {
        await using var story = await Story.BeginAsync(cluster, "secret");
        var site = await story.SiteAsync();
        site.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("reader:right"));
        await story.SecretAsync("credentials", ("username", "reader"), ("password", "wrong"));

        await story.DeployAsync("demo", site.At("tiny.gguf"), model: spec => spec with { SourceSecretRef = new LocalObjectReference { Name = "credentials" } });
        await story.ModelSaysAsync("demo", ModelReasons.SourceUnauthorized);
        (await story.PodsAsync("demo")).ShouldBeEmpty("there is nothing to start yet");
        await story.SecretAsync("credentials", ("username", "reader"), ("password", "right"));

        await story.ReadyAsync("demo");
    }

    [Fact]
    public async Task A_model_from_an_object_store_is_fetched_with_its_keys()
    {
        await using var story = await Story.BeginAsync(cluster, "objects");
        var (store, missing) = await S3Server.StartAsync("models", IPAddress.Parse(ControlPlane.NodeAddress));
        Assert.SkipWhen(store is null, missing ?? "");
        await using (store)
        {
            await store!.PutAsync("models", "llama/tiny.gguf", Story.TinyModel());
            await story.SecretAsync("keys", ("AWS_ACCESS_KEY_ID", S3Server.AccessKey), ("AWS_SECRET_ACCESS_KEY", S3Server.SecretKey), ("AWS_ENDPOINT_URL", store.Url.ToString()));

            await story.DeployAsync("demo", "s3://models/llama/tiny.gguf", model: spec => spec with { SourceSecretRef = new LocalObjectReference { Name = "keys" } });

            await story.ReadyAsync("demo");
            (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        }
    }

    [Fact]
    public async Task A_model_from_a_registry_is_fetched_with_its_user()
    {
        await using var story = await Story.BeginAsync(cluster, "registry");
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root, address: IPAddress.Parse(ControlPlane.NodeAddress));
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            await registry!.PushModelAsync("models/tiny:1", "tiny.gguf", Story.TinyModel());
            await story.SecretAsync("user", ("username", RegistryServer.User), ("password", RegistryServer.Password), ("insecure", "true"));

            await story.DeployAsync("demo", $"oci://{registry.Host}/models/tiny:1", model: spec => spec with { SourceSecretRef = new LocalObjectReference { Name = "user" } });

            await story.ReadyAsync("demo");
            (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        }
    }

    [Fact]
    public async Task A_model_that_asks_for_it_is_fetched_before_any_service_wants_it()
    {
        await using var story = await Story.BeginAsync(cluster, "ahead");
        var site = await story.SiteAsync();

        await story.ModelAsync("demo", site.At("tiny.gguf"), spec => spec with { Prefetch = true });

        await story.ModelSaysAsync("demo", ModelReasons.ModelPrefetched);
        Directory.GetFiles(cluster.NodeFolder("ahead-cache"), "tiny.gguf", SearchOption.AllDirectories).ShouldHaveSingleItem();
        await story.ServiceAsync("demo", replicas: 1);
        await story.ReadyAsync("demo");
        (await story.FetchedAsync("demo")).ShouldBe(0);
    }
}
