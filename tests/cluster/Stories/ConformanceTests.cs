using System.Diagnostics;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>The cases that the embedded API server is held to, on a real one.</summary>
public sealed class ConformanceTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_real_API_server_does_what_the_embedded_one_is_held_to()
    {
        Assert.SkipWhen(cluster.Missing is not null, $"There is no cluster: {cluster.Missing}.");
        const string Name = "LlmKube.ApiServer.Conformance";
        var start = new ProcessStartInfo(Path.Combine(Checkout.Root, "artifacts", "bin", Name, "debug", Name), ["-noColor"]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["LLMKUBE_CONFORMANCE_KUBECONFIG"] = cluster.KubeConfig;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(0, said);
        said.ShouldContain("Failed: 0");
    }
}
