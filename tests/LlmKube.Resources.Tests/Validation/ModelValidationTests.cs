using System.Text.Json;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Validation;

public sealed class ModelValidationTests
{
    [Theory]
    [InlineData("""{"source":"/m/a.gguf"}""")]
    [InlineData("""{"source":"file:///m/a..b/a.gguf"}""")]
    [InlineData("""{"source":{"type":"local","path":"/m/a.gguf"}}""")]
    [InlineData("""{"source":"hf://org/repo","files":["a.gguf","sub/b.gguf"],"mmproj":"p.gguf"}""")]
    [InlineData("""{"source":"repo://main/llama:latest","refreshPolicy":"Canary"}""")]
    [InlineData("""{"source":{"type":"repository","repository":"main","model":"llama"},"refreshPolicy":"Canary"}""")]
    [InlineData("""{"source":"hf://org/repo/a.gguf","refreshPolicy":"Canary"}""")]
    [InlineData("""{"source":{"type":"oci","image":"registry/a:1"},"refreshPolicy":"Canary"}""")]
    [InlineData("""{"source":"/a","hardware":{"memoryFraction":1,"memoryBudget":"24Gi","gpu":{"memory":"20Gi","sharding":{"layerSplit":["0-3"]}}}}""")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"resourceName":"a/b","resourceClaims":[]}}}""")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"resourceClaims":[{"name":"x","resourceClaimTemplateName":"t"}]}}}""")]
    public void Good_models_have_no_findings(string spec) => Paths(spec).ShouldBeEmpty();

    [Theory]
    [InlineData("{}", "spec.source")]
    [InlineData("""{"source":""}""", "spec.source")]
    [InlineData("""{"source":null}""", "spec.source")]
    [InlineData("""{"source":3}""", "spec.source")]
    [InlineData("""{"source":["/a"]}""", "spec.source")]
    [InlineData("""{"source":true}""", "spec.source")]
    [InlineData("""{"source":{}}""", "spec.source.type")]
    [InlineData("""{"source":{"type":4}}""", "spec.source.type")]
    [InlineData("""{"source":"/m/../etc/a.gguf"}""", "spec.source")]
    [InlineData("""{"source":"FILE:///m/../a.gguf"}""", "spec.source")]
    [InlineData("""{"source":{"type":"local","path":"/m/../a"}}""", "spec.source")]
    [InlineData("""{"source":"/a","files":[""]}""", "spec.files[0]")]
    [InlineData("""{"source":"/a","files":["a","/b"]}""", "spec.files[1]")]
    [InlineData("""{"source":"/a","files":["a/../b"]}""", "spec.files[0]")]
    [InlineData("""{"source":"/a","files":["a//b"]}""", "spec.files[0]")]
    [InlineData("""{"source":"/a","files":["a\\b"]}""", "spec.files[0]")]
    [InlineData("""{"source":"/a","files":["*.gguf"]}""", "spec.files[0]")]
    [InlineData("""{"source":"/a","mmproj":"p.gguf"}""", "spec.mmproj")]
    [InlineData("""{"source":"https://host/a.gguf","refreshPolicy":"Canary"}""", "spec.refreshPolicy")]
    [InlineData("""{"source":{"type":"s3","bucket":"b","key":"k"},"refreshPolicy":"Canary"}""", "spec.refreshPolicy")]
    [InlineData("""{"source":"/a","files":["a"],"mmproj":"p?.gguf"}""", "spec.mmproj")]
    [InlineData("""{"source":"/a","hardware":{"memoryFraction":0}}""", "spec.hardware.memoryFraction")]
    [InlineData("""{"source":"/a","hardware":{"memoryFraction":1.1}}""", "spec.hardware.memoryFraction")]
    [InlineData("""{"source":"/a","hardware":{"memoryBudget":"lots"}}""", "spec.hardware.memoryBudget")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"memory":"20GB"}}}""", "spec.hardware.gpu.memory")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"resourceName":"a/b","resourceClaims":[{"resourceClaimName":"x"}]}}}""", "spec.hardware.gpu")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"resourceClaims":[{"name":"x"}]}}}""", "spec.hardware.gpu.resourceClaims[0]")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"resourceClaims":[{"resourceClaimName":"x","resourceClaimTemplateName":"y"}]}}}""", "spec.hardware.gpu.resourceClaims[0]")]
    [InlineData("""{"source":"/a","hardware":{"gpu":{"sharding":{"layerSplit":["0-3","7-4"]}}}}""", "spec.hardware.gpu.sharding.layerSplit[1]")]
    [InlineData("""{"source":"/a","resources":{"cpu":"1,5"}}""", "spec.resources.cpu")]
    [InlineData("""{"source":"/a","resources":{"memory":"-1Gi"}}""", "spec.resources.memory")]
    public void A_fault_is_found_at_its_path(string spec, string path) => Paths(spec).ShouldBe([path]);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var findings = Validate("""{"files":["../a"],"resources":{"cpu":"x","memory":"y"}}""");

        findings.Select(finding => finding.Path).ShouldBe(["spec.source", "spec.files[0]", "spec.resources.cpu", "spec.resources.memory"]);
        Finding.Summarize(findings).ShouldContain("spec.resources.cpu: 'x' is not a quantity. Write a number with an optional suffix, such as 500m, 2 or 4Gi.");
    }

    [Fact]
    public void The_full_check_of_the_source_is_asked_only_for_a_source_of_the_right_shape()
    {
        ModelValidation.Validate(Parse("""{"source":"x y"}"""), source => $"{source} is nowhere.").ShouldBe([new Finding("spec.source", "x y is nowhere.")]);
        ModelValidation.Validate(Parse("""{"source":"/a"}"""), _ => null).ShouldBeEmpty();
        ModelValidation.Validate(Parse("""{"source":7}"""), _ => throw new InvalidOperationException()).Count.ShouldBe(1);
    }

    private static IEnumerable<string> Paths(string spec) => Validate(spec).Select(finding => finding.Path);

    private static IReadOnlyList<Finding> Validate(string spec) => ModelValidation.Validate(Parse(spec));

    private static Model Parse(string spec) => JsonSerializer.Deserialize($$"""{"spec":{{spec}}}""", Model.JsonType)!;
}
