using LlmKube.Cluster.Tests.Harness;
using LlmKube.Kubernetes.Client;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>The admission webhooks, with the keys and the registration that the operator makes by itself.</summary>
public sealed class AdmissionTests(ClusterFixture cluster)
{
    [Fact]
    public async Task What_cannot_work_is_refused_before_it_is_taken_and_defaults_are_filled_in()
    {
        await using var story = await Story.BeginAsync(cluster, "admission");
        ApiException? refusal = null;
        var attempt = 0;
        await cluster.UntilAsync("the webhooks answer", async () =>
        {
            try
            {
                // One that came while nobody looked may stay as it is: each attempt is a new one.
                await story.ModelAsync($"wrong-{attempt++}", "ftp://nowhere/model.gguf");
                return false;
            }
            catch (ApiException e) when (e.Message.Contains("validate.inference.llmkube.dev", StringComparison.Ordinal))
            {
                refusal = e;
                return true;
            }
        });

        refusal!.Message.ShouldContain("spec.source");
        await story.ModelAsync("right", "https://models.example/model.gguf", spec => spec with { Hardware = new HardwareSpec { Gpu = new GpuSpec { Enabled = true, Runtime = GpuRuntimes.Vulkan, Vendor = GpuVendors.Amd } } });
        (await story.ModelAsync("right")).Spec.Hardware!.Accelerator.ShouldBe(Accelerators.Vulkan);
    }
}
