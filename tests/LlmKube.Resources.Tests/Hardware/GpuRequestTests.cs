using System.Text.Json;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Hardware;

public sealed class GpuRequestTests
{
    [Theory]
    [InlineData("""{"count":1}""", "{}", 1, "nvidia.com/gpu", "nvidia.com/gpu")]
    [InlineData("""{"count":0}""", """{"gpu":2}""", 2, "nvidia.com/gpu", "nvidia.com/gpu")]
    [InlineData("""{"count":4}""", """{"gpu":2}""", 4, "nvidia.com/gpu", "nvidia.com/gpu")]
    [InlineData("""{"vendor":"amd"}""", "{}", 0, "amd.com/gpu", "amd.com/gpu")]
    [InlineData("""{"vendor":"amd","runtime":"vulkan"}""", "{}", 0, "devic.es/dri-render", "devic.es/dri-render")]
    [InlineData("""{"vendor":"amd","runtime":"rocm"}""", "{}", 0, "devic.es/dri-render", "devic.es/dri-render")]
    [InlineData("""{"vendor":"intel"}""", "{}", 0, "gpu.intel.com/i915", "gpu.intel.com/i915")]
    [InlineData("""{"vendor":"amd","resourceName":"x.io/y"}""", "{}", 0, "x.io/y", "x.io/y")]
    [InlineData("""{"tolerationKey":"a.b/c"}""", "{}", 0, "nvidia.com/gpu", "a.b/c")]
    [InlineData("""{"count":1}""", """{"gpuSharing":{"mode":"partitioned","profile":"3g.20gb"}}""", 1, "nvidia.com/mig-3g.20gb", "nvidia.com/mig-3g.20gb")]
    public void Model_and_service_together_name_the_resource(string gpu, string resources, int count, string resource, string toleration)
    {
        var request = GpuRequest.Of(ServiceWith(resources), ModelWith(gpu));

        request.ShouldBe(new GpuRequest(count, HasClaims: false, resource, toleration));
    }

    [Fact]
    public void Claims_are_gpus_too()
    {
        var request = GpuRequest.Of(new InferenceServiceSpec(), ModelWith("""{"resourceClaims":[{"name":"a","resourceClaimName":"b"}]}"""));

        request.HasGpu.ShouldBeTrue();
        request.Count.ShouldBe(0);
    }

    private static ModelSpec ModelWith(string gpu) =>
        JsonSerializer.Deserialize($$$$"""{"spec":{"hardware":{"gpu":{{{{gpu}}}}}}}""", Model.JsonType)!.Spec;

    private static InferenceServiceSpec ServiceWith(string resources) =>
        JsonSerializer.Deserialize($$$"""{"spec":{"resources":{{{resources}}}}}""", InferenceService.JsonType)!.Spec;
}
