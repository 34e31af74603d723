using LlmKube.Cluster.Tests.Harness;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>What becomes of a service over its life.</summary>
public sealed class LifeTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_service_follows_its_scale_to_three_to_none_and_back()
    {
        await using var story = await Story.BeginAsync(cluster, "scale");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");

        await cluster.LlmKubeAsync("scale", "demo", "-n", "scale", "--replicas", "3");
        await story.ReadyAsync("demo", replicas: 3);
        await cluster.LlmKubeAsync("scale", "demo", "-n", "scale", "--replicas", "0");
        await cluster.UntilAsync("it is stopped", async () => (await story.ServiceAsync("demo")).Status?.Phase == ServicePhases.Stopped && (await story.PodsAsync("demo")).Count == 0);
        await cluster.LlmKubeAsync("scale", "demo", "-n", "scale", "--replicas", "1");

        await story.ReadyAsync("demo");
        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        (await cluster.LlmKubeAsync("list", "-n", "scale")).ShouldContain("Ready");
        (await cluster.LlmKubeAsync("status", "demo", "-n", "scale")).ShouldContain("llmkube-model-cache");
    }

    [Fact]
    public async Task A_model_that_follows_its_source_rolls_its_pods_when_the_source_changes()
    {
        await using var story = await Story.BeginAsync(cluster, "roll");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"), model: spec => spec with { RefreshPolicy = RefreshPolicies.OnChange });
        await story.ReadyAsync("demo");
        var (old, revision) = ((await story.PodsAsync("demo")).Single().Metadata.Uid, (await story.ModelAsync("demo")).Status!.ResolvedRevision);

        site.Files["tiny.gguf"] = Story.TinyModel(seed: 2);

        await cluster.UntilAsync("the new revision is served by a new pod", async () =>
            (await story.ModelAsync("demo")).Status!.ResolvedRevision != revision
            && (await story.PodsAsync("demo")) is [var pod] && pod.Metadata.Uid != old
            && (await story.ServiceAsync("demo")).Status!.Phase == ServicePhases.Ready);
        var stored = Directory.GetFiles(cluster.NodeFolder("roll-cache"), "tiny.gguf", SearchOption.AllDirectories).ShouldHaveSingleItem();
        (await File.ReadAllBytesAsync(stored, TestContext.Current.CancellationToken)).ShouldBe(site.Files["tiny.gguf"]);
        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
    }

    [Fact]
    public async Task What_a_service_owned_goes_with_it_and_what_was_fetched_stays()
    {
        await using var story = await Story.BeginAsync(cluster, "gone");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");

        await story.DeleteAsync("demo");

        await cluster.UntilAsync("nothing of it is left", async () => (await story.OwnedAsync()).Count == 0);
        (await story.ClaimNamesAsync()).ShouldBe(["llmkube-model-cache"]);
        Directory.GetFiles(cluster.NodeFolder("gone-cache"), "tiny.gguf", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_service_that_no_node_can_hold_waits_for_a_gpu_and_says_so()
    {
        await using var story = await Story.BeginAsync(cluster, "gpu");
        var site = await story.SiteAsync();

        await story.DeployAsync("demo", site.At("tiny.gguf"), model: spec => spec with { Hardware = new HardwareSpec { Gpu = new GpuSpec { Enabled = true, Count = 1 } } });

        await cluster.UntilAsync("it waits for a GPU", async () => (await story.ServiceAsync("demo")).Status?.Phase == ServicePhases.WaitingForGpu);
        var status = (await story.ServiceAsync("demo")).Status!;
        status.WaitingFor.ShouldBe("nvidia.com/gpu: 1");
        status.QueuePosition.ShouldBe(1);
        status.SchedulingMessage!.ShouldContain("1 of nvidia.com/gpu asked, 0 in the cluster");
        (await cluster.LlmKubeAsync("queue")).ShouldContain("nvidia.com/gpu: 1");
    }

    [Fact]
    public async Task A_pod_that_answers_may_be_moved_and_one_that_has_lived_its_time_is_replaced()
    {
        await using var story = await Story.BeginAsync(cluster, "aged");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");
        var first = (await story.PodsAsync("demo")).ShouldHaveSingleItem().Metadata.Uid;
        await cluster.UntilAsync("the pod may be moved", async () => (await story.PodsAsync("demo")).All(pod => pod.Metadata.Annotations?.ContainsKey(Annotations.DoNotDisrupt) != true));
        (await story.PodsAsync("demo")).ShouldHaveSingleItem().Metadata.Uid.ShouldBe(first, "taking the mark off replaces nothing");

        await story.ServiceAsync("demo", replicas: 1, spec => spec with { MaxPodLifetimeSeconds = 5 });

        await cluster.UntilAsync("another pod has its place", async () => (await story.PodsAsync("demo")) is { Count: > 0 } pods && pods.All(pod => pod.Metadata.Uid != first));
        await story.ServiceAsync("demo", replicas: 1);
        await story.ReadyAsync("demo");
    }
}
