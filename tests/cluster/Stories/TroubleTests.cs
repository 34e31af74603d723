using System.Diagnostics;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Resources;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>What fails in a cluster, and that it heals by itself.</summary>
public sealed class TroubleTests(ClusterFixture cluster)
{
    [Fact]
    public async Task An_engine_that_is_killed_comes_back()
    {
        await using var story = await Story.BeginAsync(cluster, "killed");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");

        cluster.Node.KillContainer((await story.PodsAsync("demo")).Single(), "llama-server");

        await cluster.UntilAsync("the engine was started again", async () => (await story.PodsAsync("demo")).Single().Status!.ContainerStatuses!.Single() is { RestartCount: > 0, Ready: true });
        await story.ReadyAsync("demo");
        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
    }

    [Fact]
    public async Task A_kubelet_that_is_killed_comes_back_to_the_same_pods()
    {
        await using var story = await Story.BeginAsync(cluster, "kubelet");
        var site = await story.SiteAsync();
        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");
        var pod = (await story.PodsAsync("demo")).Single().Metadata.Uid;

        cluster.Node.KillKubelet();
        try
        {
            (await story.ChatAsync("demo")).ShouldBe("chat.completion", "what runs does not need its kubelet");
        }
        finally
        {
            cluster.Node.StartKubelet();
        }

        await story.ReadyAsync("demo");
        (await story.PodsAsync("demo")).Single().Metadata.Uid.ShouldBe(pod);
    }

    [Fact]
    public async Task An_API_server_that_is_killed_under_the_operator_costs_nothing()
    {
        await using var story = await Story.BeginAsync(cluster, "plane");
        var site = await story.SiteAsync();
        await story.DeployAsync("one", site.At("tiny.gguf"));
        await story.ReadyAsync("one");

        var address = await story.AddressAsync("one");
        cluster.Plane.KillApiServer();
        try
        {
            (await story.ChatAsync(address)).ShouldBe("chat.completion", "what runs does not need the API server");
        }
        finally
        {
            cluster.Plane.StartApiServer();
            await cluster.ServedAsync();
        }

        await story.DeployAsync("two", site.At("tiny.gguf"));
        await story.ReadyAsync("two");
        await story.ReadyAsync("one");
    }

    [Fact]
    public async Task A_claim_that_is_full_is_said_and_heals_when_it_has_room()
    {
        await using var story = await Story.BeginAsync(cluster, "full");
        var site = await story.SiteAsync();
        var folder = cluster.NodeFolder("full-cache");
        using (var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=300k,mode=0777", "tmpfs", folder]))
        {
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
            mount.ExitCode.ShouldBe(0);
        }

        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await cluster.UntilAsync("it says that there is no room", async () =>
            (await story.ServiceAsync("demo")).Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready) is { Reason: ServiceReasons.ModelFetchFailed } condition
            && condition.Message!.Contains("Give it a larger disk", StringComparison.Ordinal));
        using (var mount = Process.Start("mount", ["-o", "remount,size=64m", folder]))
        {
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await story.ReadyAsync("demo");
    }
}
