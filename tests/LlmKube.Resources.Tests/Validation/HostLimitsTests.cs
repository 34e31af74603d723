using System.Text.Json;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Validation;

public sealed class HostLimitsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],"nodeSelector":{"a":"b"},"affinity":{}}""")]
    [InlineData("""{"image":"a/b:c","tolerations":[{"operator":"Exists"}],"resources":{"gpuSharing":{"mode":"exclusive"}}}""")]
    public void What_a_machine_can_do_is_not_mentioned(string spec) => Paths(spec).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"affinity":{"nodeAffinity":{}}}""", "spec.affinity")]
    [InlineData("""{"extraVolumes":[{"name":"a"}]}""", "spec.extraVolumes")]
    [InlineData("""{"autoscaling":{"maxReplicas":3}}""", "spec.autoscaling")]
    [InlineData("""{"endpoint":{"type":"LoadBalancer"}}""", "spec.endpoint.type")]
    [InlineData("""{"env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}""", "spec.env[0]")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared"}}}""", "spec.resources.gpuSharing")]
    [InlineData("""{"podSecurityContext":{"runAsUser":1}}""", "spec.podSecurityContext")]
    public void What_it_cannot_do_is_named(string spec, string path) => Paths(spec).ShouldBe([path]);

    private static IEnumerable<string> Paths(string spec) =>
        HostLimits.Of(JsonSerializer.Deserialize($$"""{"spec":{{spec}}}""", InferenceService.JsonType)!.Spec, new ModelSpec()).Select(finding => finding.Path);
}
