using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Validation;

public sealed class InferenceServiceValidationTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"resources":{"cpu":"500m","memory":"1Gi","hostMemory":"2G","gpuMemory":"8Gi","ephemeralStorage":"10Gi"}}""")]
    [InlineData("""{"endpoint":{"type":"NodePort","nodePort":30001,"path":"/v1/x"}}""")]
    [InlineData("""{"autoscaling":{"maxReplicas":3,"metrics":[{"type":"Pods","name":"a","targetAverageValue":"2"},{"type":"Resource","name":"cpu","targetAverageUtilization":80}]}}""")]
    [InlineData("""{"speculativeDecoding":{"type":"draft","draftModelRef":"d"}}""")]
    [InlineData("""{"speculativeDecoding":{"type":"draft-mtp"}}""")]
    [InlineData("""{"speculativeDecoding":{"type":"draft-mtp","draftModel":"mtp/d.gguf"}}""")]
    [InlineData("""{"speculativeDecoding":{"type":"mtp"}}""")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared","memoryLimitGiB":4}}}""")]
    [InlineData("""{"modelCache":{"persistence":"Cached","claimName":"mine"}}""")]
    [InlineData("""{"slo":{"objective":"99.9","indicator":"latency","latencyThreshold":"0.5","window":"7d"}}""")]
    [InlineData("""{"runtime":"generic","image":"a/b:c"}""")]
    [InlineData("""{"runtime":"generic","command":["/bin/x"],"extraArgs":["--port","1"]}""")]
    [InlineData("""{"extraArgs":["--port","8080"]}""")]
    [InlineData("""{"probeOverrides":{"startup":{"httpGet":{"port":1},"periodSeconds":3}}}""")]
    [InlineData("""{"nodeSelector":{"a.io/b":"c","d":""},"podAnnotations":{"a":"any text at all"}}""")]
    public void Good_services_have_no_findings(string spec) => Paths(spec).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"modelRef":""}""", "spec.modelRef")]
    [InlineData("""{"modelRef":"A_b"}""", "spec.modelRef")]
    [InlineData("""{"resources":{"cpu":"one"}}""", "spec.resources.cpu")]
    [InlineData("""{"resources":{"memory":"4GiB"}}""", "spec.resources.memory")]
    [InlineData("""{"resources":{"hostMemory":"x"}}""", "spec.resources.hostMemory")]
    [InlineData("""{"resources":{"ephemeralStorage":"1.1.1"}}""", "spec.resources.ephemeralStorage")]
    [InlineData("""{"ropeScaling":{"type":"yarn","factor":"0"}}""", "spec.ropeScaling.factor")]
    [InlineData("""{"endpoint":{"nodePort":30001}}""", "spec.endpoint.nodePort")]
    [InlineData("""{"endpoint":{"path":"v1"}}""", "spec.endpoint.path")]
    [InlineData("""{"endpoint":{"gateway":{"enabled":true}}}""", "spec.endpoint.gateway.gatewayRef")]
    [InlineData("""{"autoscaling":{}}""", "spec.autoscaling.maxReplicas")]
    [InlineData("""{"autoscaling":{"minReplicas":4,"maxReplicas":3}}""", "spec.autoscaling.minReplicas")]
    [InlineData("""{"autoscaling":{"maxReplicas":3,"metrics":[{"type":"Pods","name":"a"}]}}""", "spec.autoscaling.metrics[0]")]
    [InlineData("""{"autoscaling":{"maxReplicas":3,"metrics":[{"type":"Pods","name":"a","targetAverageUtilization":3}]}}""", "spec.autoscaling.metrics[0].targetAverageUtilization")]
    [InlineData("""{"autoscaling":{"maxReplicas":3,"metrics":[{"type":"Pods","name":"a","targetAverageValue":"x"}]}}""", "spec.autoscaling.metrics[0].targetAverageValue")]
    [InlineData("""{"speculativeDecoding":{"type":"draft"}}""", "spec.speculativeDecoding")]
    [InlineData("""{"speculativeDecoding":{"type":"draft-eagle3","draftModelRef":""}}""", "spec.speculativeDecoding")]
    [InlineData("""{"speculativeDecoding":{"type":"mtp","draftModelRef":"d"}}""", "spec.speculativeDecoding")]
    [InlineData("""{"speculativeDecoding":{"type":"ngram-mod","draftModel":"d"}}""", "spec.speculativeDecoding")]
    [InlineData("""{"speculativeDecoding":{"type":"draft","draftModel":"d","draftModelRef":"e"}}""", "spec.speculativeDecoding")]
    [InlineData("""{"speculativeDecoding":{"type":"draft","draftModel":"../d"}}""", "spec.speculativeDecoding.draftModel")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"partitioned"}}}""", "spec.resources.gpuSharing.profile")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"partitioned","profile":"big"}}}""", "spec.resources.gpuSharing.profile")]
    [InlineData("""{"resources":{"gpuSharing":{"profile":"1g.5gb"}}}""", "spec.resources.gpuSharing.profile")]
    [InlineData("""{"resources":{"gpuSharing":{"memoryLimitGiB":4}}}""", "spec.resources.gpuSharing.memoryLimitGiB")]
    [InlineData("""{"modelCache":{"persistence":"Ephemeral","claimName":"c"}}""", "spec.modelCache")]
    [InlineData("""{"modelCache":{"claimName":"C_"}}""", "spec.modelCache.claimName")]
    [InlineData("""{"slo":{"objective":"49.9"}}""", "spec.slo.objective")]
    [InlineData("""{"slo":{"objective":"100"}}""", "spec.slo.objective")]
    [InlineData("""{"slo":{}}""", "spec.slo.objective")]
    [InlineData("""{"slo":{"objective":"99","indicator":"latency"}}""", "spec.slo.latencyThreshold")]
    [InlineData("""{"slo":{"objective":"99","window":"4y"}}""", "spec.slo.window")]
    [InlineData("""{"runtime":"generic"}""", "spec.image")]
    [InlineData("""{"runtime":"personaplex"}""", "spec.image")]
    [InlineData("""{"extraArgs":["--port=9"]}""", "spec.extraArgs")]
    [InlineData("""{"metadataOverrides":["x"]}""", "spec.metadataOverrides[0]")]
    [InlineData("""{"tensorOverrides":["a=b","x"]}""", "spec.tensorOverrides[1]")]
    [InlineData("""{"probeOverrides":{"liveness":{}}}""", "spec.probeOverrides.liveness")]
    [InlineData("""{"probeOverrides":{"readiness":{"exec":{},"grpc":{}}}}""", "spec.probeOverrides.readiness")]
    [InlineData("""{"nodeSelector":{"a":"b c"}}""", "spec.nodeSelector")]
    [InlineData("""{"podLabels":{"-a":"b"}}""", "spec.podLabels")]
    [InlineData("""{"extraVolumes":[{"name":"a"},{"name":"a"}]}""", "spec.extraVolumes[1].name")]
    [InlineData("""{"extraVolumes":[{"name":"model-cache"}]}""", "spec.extraVolumes[0].name")]
    [InlineData("""{"priorityClassName":"A b"}""", "spec.priorityClassName")]
    public void A_fault_is_found_at_its_path(string spec, string path) => Paths(spec).ShouldBe([path]);

    [Theory]
    [InlineData("demo")]
    [InlineData("qwen-2.5")]
    public void A_name_that_gives_a_service_name_is_good(string name) => PathsOfName(name).ShouldBeEmpty();

    [Theory]
    [InlineData("3b-model")]
    [InlineData("a123456789-123456789-123456789-123456789-123456789-123456789-123456789")]
    public void A_name_that_gives_none_is_refused(string name) => PathsOfName(name).ShouldBe(["metadata.name"]);

    [Theory]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared"}}}""", """{"gpu":{"count":1}}""", true, "")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared"}}}""", """{"gpu":{"count":1}}""", false, "spec.resources.gpuSharing")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared"}}}""", """{"gpu":{"count":1,"vendor":"amd"}}""", false, "")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"shared"}}}""", """{"gpu":{"count":2}}""", true, "spec.resources.gpuSharing")]
    [InlineData("""{"resources":{"gpu":1,"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""", "{}", false, "")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""", "{}", false, "spec.resources.gpuSharing")]
    [InlineData("""{"resources":{"gpu":1,"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""", """{"gpu":{"vendor":"amd"}}""", false, "spec.resources.gpuSharing")]
    [InlineData("""{"resources":{"gpu":1,"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""", """{"gpu":{"resourceName":"a/b"}}""", false, "spec.resources.gpuSharing")]
    [InlineData("""{"resources":{"gpuSharing":{"mode":"partitioned","profile":"1g.5gb"}}}""", """{"gpu":{"resourceClaims":[{"name":"a","resourceClaimName":"b"}]}}""", false, "spec.resources.gpuSharing")]
    [InlineData("""{"runtime":"vllm","vllmConfig":{"tensorParallelSize":2}}""", """{"gpu":{"count":2}}""", false, "")]
    [InlineData("""{"runtime":"vllm","vllmConfig":{"tensorParallelSize":4}}""", """{"gpu":{"count":2}}""", false, "spec.vllmConfig.tensorParallelSize")]
    [InlineData("""{"runtime":"vllm","vllmConfig":{"tensorParallelSize":1}}""", "{}", false, "")]
    [InlineData("""{"vllmConfig":{"tensorParallelSize":4}}""", "{}", false, "")]
    [InlineData("""{"runtime":"sglang","sglangConfig":{"tensorParallelSize":2,"dataParallelSize":2}}""", """{"gpu":{"count":4}}""", false, "")]
    [InlineData("""{"runtime":"sglang","sglangConfig":{"tensorParallelSize":2,"dataParallelSize":2}}""", """{"gpu":{"count":2}}""", false, "spec.sglangConfig.dataParallelSize")]
    [InlineData("""{"runtime":"sglang","sglangConfig":{"expertParallelSize":8}}""", """{"gpu":{"count":4}}""", false, "spec.sglangConfig.expertParallelSize")]
    [InlineData("""{"runtime":"vllm","vllmConfig":{"tensorParallelSize":8}}""", """{"gpu":{"resourceClaims":[{"name":"a","resourceClaimName":"b"}]}}""", false, "")]
    public void Gpus_are_judged_with_the_model(string spec, string hardware, bool hasSharedPool, string path)
    {
        var model = JsonSerializer.Deserialize($$$"""{"spec":{"source":"/a","hardware":{{{hardware}}}}}""", Model.JsonType)!;

        InferenceServiceValidation.Validate(Parse("demo", spec), model, hasSharedPool).Select(finding => finding.Path).Distinct(StringComparer.Ordinal).ShouldBe(path.Length == 0 ? [] : [path]);
    }

    [Fact]
    public void All_faults_are_told_at_once() =>
        Paths("""{"modelRef":"","resources":{"cpu":"x"},"endpoint":{"path":"y"},"slo":{}}""")
            .ShouldBe(["spec.modelRef", "spec.resources.cpu", "spec.endpoint.path", "spec.slo.objective"]);

    private static IEnumerable<string> Paths(string spec) => InferenceServiceValidation.Validate(Parse("demo", spec)).Select(finding => finding.Path);

    private static IEnumerable<string> PathsOfName(string name) => InferenceServiceValidation.Validate(Parse(name, "{}")).Select(finding => finding.Path);

    private static InferenceService Parse(string name, string spec)
    {
        var json = JsonNode.Parse(spec)!.AsObject();
        json["modelRef"] ??= "m";
        var resource = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = json };
        return resource.Deserialize(InferenceService.JsonType)!;
    }
}
