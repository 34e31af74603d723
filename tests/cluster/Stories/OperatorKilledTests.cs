using System.Diagnostics;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>An operator that is killed at random instants while the world changes: in the end everything is as it was asked for.</summary>
public sealed class OperatorKilledTests(ClusterFixture cluster)
{
    private const int Services = 6;

    private static int Kills { get; } = int.Parse(Environment.GetEnvironmentVariable("LLMKUBE_OPERATOR_KILLS") ?? "100", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_world_converges_to_the_same_objects()
    {
        await using var story = await Story.BeginAsync(cluster, "killer");
        var site = await story.SiteAsync();
        await cluster.ScaleOperatorAsync(0);
        try
        {
            var random = new Random(1);
            for (var kill = 0; kill < Kills; kill++)
            {
                // Every round changes something, so that the next operator is in the middle of work when it dies.
                await ChangeAsync(story, site, kill);
                using var process = StartOperator();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 1500)), TimeProvider.System, TestContext.Current.CancellationToken);
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            await ConvergeAsync(story, site);
        }
        finally
        {
            await cluster.ScaleOperatorAsync(1);
        }
    }

    /// <summary>In turn: services come, ask for other replicas (none, so that no node is needed), and go.</summary>
    private static async Task ChangeAsync(Story story, FileSite site, int round)
    {
        var name = $"s{round % Services}";
        if (round % 4 == 3)
        {
            await story.RemoveAsync(name);
        }
        else
        {
            await story.DeployAsync(name, site.At("tiny.gguf"), replicas: 0, change: spec => spec with { ContextSize = 256 + round });
        }
    }

    private async Task ConvergeAsync(Story story, FileSite site)
    {
        for (var i = 0; i < Services; i++)
        {
            await story.DeployAsync($"s{i}", site.At("tiny.gguf"), replicas: 0, change: spec => spec with { ContextSize = 4096 + i });
        }

        await story.RemoveAsync("s0");
        using var last = StartOperator();
        try
        {
            var names = Enumerable.Range(1, Services - 1).Select(i => $"s{i}").ToList();
            await cluster.UntilAsync("all services are as they were asked for last", async () =>
            {
                var deployments = (await cluster.Client.Of<Deployment>().ListAsync(new ListOptions { Namespace = story.Namespace }, CancellationToken.None)).Items;
                return deployments.Select(one => one.Metadata.Name!).Order(StringComparer.Ordinal).SequenceEqual(names, StringComparer.Ordinal)
                    && deployments.All(one => one.Spec!.Template!.Spec!.Containers!.Single().Args!.Contains($"{4096 + int.Parse(one.Metadata.Name![1..], System.Globalization.CultureInfo.InvariantCulture)}", StringComparer.Ordinal));
            });
            await cluster.UntilAsync("their status says so", async () =>
                (await cluster.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = story.Namespace }, CancellationToken.None)).Items.All(one => one.Status?.Phase == ServicePhases.Stopped && one.Status.ObservedGeneration == one.Metadata.Generation));
            await cluster.UntilAsync("nothing is left over", async () => (await story.OwnedAsync()).Order(StringComparer.Ordinal).SequenceEqual([.. names.Select(name => $"Deployment {name}"), .. names.Select(name => $"Service {name}")], StringComparer.Ordinal));
        }
        finally
        {
            last.Kill();
            await last.WaitForExitAsync();
        }
    }

    private Process StartOperator()
    {
        string[] arguments = ["operator", "--kubeconfig", cluster.KubeConfig, "--init-container-image", Sandbox.Image, "--health-probe-bind-address", "0"];
        return Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "artifacts", "llmkube", "llmkube"), arguments) { UseShellExecute = false, RedirectStandardError = false, RedirectStandardOutput = false })!;
    }
}
