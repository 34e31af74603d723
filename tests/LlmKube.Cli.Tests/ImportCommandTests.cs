using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Operator.KubeAi;
using LlmKube.Operator.Models;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>Models of KubeAI as ours.</summary>
public sealed class ImportCommandTests
{
    [Theory]
    [InlineData("hf://Qwen/Qwen2.5-7B", "VLLM", "hf://Qwen/Qwen2.5-7B", "vllm")]
    [InlineData("ollama://gemma2:2b", "OLlama", "oci://registry.ollama.ai/library/gemma2:2b", "llamacpp")]
    [InlineData("ollama://team/gemma", "OLlama", "oci://registry.ollama.ai/team/gemma:latest", "llamacpp")]
    [InlineData("oci://registry.site/models/llama:1?insecure=true", "VLLM", "oci://registry.site/models/llama:1", "vllm")]
    [InlineData("pvc://models/llama", "VLLM", "pvc://models/llama", "vllm")]
    [InlineData("s3://models/llama", "Infinity", "s3://models/llama", "generic")]
    public void Where_it_is_and_what_serves_it_are_kept(string url, string engine, string source, string runtime)
    {
        var imported = KubeAiTranslation.Translate(Document($"url: {url}\n  engine: {engine}"));

        ((string?)imported.Model["spec"]!["source"], (string?)imported.Service["spec"]!["runtime"]).ShouldBe((source, runtime));
        ShouldBeValid(imported);
    }

    [Fact]
    public void Everything_that_has_a_counterpart_is_there_and_what_has_none_is_said()
    {
        var imported = KubeAiTranslation.Translate(Document("""
            url: hf://org/embedder
              engine: VLLM
              features: [TextEmbedding]
              resourceProfile: nvidia-gpu-h100:2
              minReplicas: 0
              maxReplicas: 3
              targetRequests: 50
              args: [--max-model-len=2048]
              env: { A: "1" }
              image: registry.site/vllm:1
              priorityClassName: high
              cacheProfile: efs
              adapters: [{ name: a, url: hf://org/a }]
              files: [{ path: /a, content: b }]
              loadBalancing: { strategy: PrefixHash }
            """));

        JsonNode.DeepEquals(imported.Service["spec"], JsonNode.Parse("""
            {"modelRef":"llama","mode":"embedding","runtime":"vllm","autoscaling":{"minReplicas":1,"maxReplicas":3},"extraArgs":["--max-model-len=2048"],"env":[{"name":"A","value":"1"}],"image":"registry.site/vllm:1","priorityClassName":"high"}
            """)).ShouldBeTrue(imported.Service.ToJsonString());
        imported.Model["spec"]!["hardware"]!["gpu"]!.ToJsonString().ShouldBe("""{"enabled":true,"count":2,"vendor":"nvidia"}""");
        foreach (var field in (string[])["url", "resourceProfile", "minReplicas", "targetRequests", "cacheProfile", "adapters", "files", "loadBalancing"])
        {
            imported.Notes.ShouldContain(note => note.StartsWith(field + ":", StringComparison.Ordinal), field);
        }

        ShouldBeValid(imported);
    }

    [Fact]
    public async Task A_file_is_translated_and_nothing_is_applied()
    {
        await using var cli = await CliUnderTest.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n---\napiVersion: kubeai.org/v1\nkind: Model\nmetadata: { name: llama }\nspec: { url: \"hf://org/llama\", engine: VLLM, replicas: 2 }\n", TestContext.Current.CancellationToken);

        var outcome = await cli.RunAsync("import", "kubeai", "-f", file);

        outcome.Code.ShouldBe(0, outcome.Error);
        YamlText.ParseAll(outcome.Output).Select(document => $"{document!["kind"]} {document["metadata"]!["name"]}").ShouldBe(["Model llama", "InferenceService llama"]);
        outcome.Error.ShouldContain("sourceSecretRef");
        await File.WriteAllTextAsync(file, "kind: ConfigMap\n", TestContext.Current.CancellationToken);
        (await cli.RunAsync("import", "kubeai", "-f", file)).Code.ShouldBe(3);
        File.Delete(file);
        (await cli.RunAsync("import", "kubeai", "-f", file)).Code.ShouldBe(3);
    }

    private static JsonObject Document(string spec) => (JsonObject)YamlText.Parse($"apiVersion: kubeai.org/v1\nkind: Model\nmetadata:\n  name: llama\nspec:\n  {spec}\n")!;

    private static void ShouldBeValid(TranslatedModel imported)
    {
        ModelValidation.Validate(imported.Model.Deserialize(Model.JsonType)!, SourceMeaning.Fault).ShouldBeEmpty();

        // Another engine's image is for the person to name, as the note says.
        InferenceServiceValidation.Validate(imported.Service.Deserialize(InferenceService.JsonType)!).Where(finding => finding.Path != "spec.image").ShouldBeEmpty();
    }
}
