using System.Text.Json;
using LlmKube.Resources.Runtimes.LlamaCpp;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Runtimes.LlamaCpp;

public sealed class LlamaCppArgumentsTests
{
    private const string Start = "--model /m/a.gguf --port 8080 --host ::";

    [Theory]
    [InlineData("{}", Start + " --metrics")]
    [InlineData("""{"contextSize":4096}""", Start + " --ctx-size 4096 --metrics")]
    [InlineData("""{"ropeScaling":{"type":"yarn","factor":"4","originalContext":32768}}""", Start + " --rope-scaling yarn --rope-scale 4 --yarn-orig-ctx 32768 --metrics")]
    [InlineData("""{"ropeScaling":{"type":"yarn","factor":"4"},"extraArgs":["--rope-scaling=linear"]}""", Start + " --rope-scaling=linear --metrics")]
    [InlineData("""{"parallelSlots":4}""", Start + " --parallel 4 --metrics")]
    [InlineData("""{"parallelSlots":4,"extraArgs":["--parallel","2"]}""", Start + " --parallel 2 --metrics")]
    [InlineData("""{"flashAttention":true}""", Start + " --metrics")]
    [InlineData("""{"jinja":true}""", Start + " --jinja --metrics")]
    [InlineData("""{"jinja":false,"noWarmup":false,"noKvOffload":false,"moeCPUOffload":false}""", Start + " --metrics")]
    [InlineData("""{"cacheTypeK":"q8_0","cacheTypeV":"q4_0"}""", Start + " --cache-type-k q8_0 --cache-type-v q4_0 --metrics")]
    [InlineData("""{"cacheTypeK":"q8_0","cacheTypeCustomK":"turbo3","cacheTypeCustomV":"turbo4"}""", Start + " --cache-type-k turbo3 --cache-type-v turbo4 --metrics")]
    [InlineData("""{"moeCPUOffload":true,"moeCPULayers":12,"noKvOffload":true}""", Start + " --cpu-moe --n-cpu-moe 12 --no-kv-offload --metrics")]
    [InlineData("""{"moeCPULayers":0}""", Start + " --metrics")]
    [InlineData("""{"tensorOverrides":["a=CPU","b=CUDA0"]}""", Start + " --override-tensor a=CPU --override-tensor b=CUDA0 --metrics")]
    [InlineData("""{"batchSize":2048,"uBatchSize":512,"noWarmup":true}""", Start + " --batch-size 2048 --ubatch-size 512 --no-warmup --metrics")]
    [InlineData("""{"reasoningBudget":0,"reasoningBudgetMessage":"enough"}""", Start + " --reasoning-budget 0 --reasoning-budget-message enough --metrics")]
    [InlineData("""{"reasoningBudgetMessage":"enough"}""", Start + " --metrics")]
    [InlineData("""{"metadataOverrides":["a=int:1","b=str:x"]}""", Start + " --override-kv a=int:1 --override-kv b=str:x --metrics")]
    [InlineData("""{"mode":"chat"}""", Start + " --metrics")]
    [InlineData("""{"mode":"embedding"}""", Start + " --embedding --pooling last --cache-ram 0 --metrics")]
    [InlineData("""{"mode":"embedding","extraArgs":["--pooling=mean"]}""", Start + " --embedding --cache-ram 0 --pooling=mean --metrics")]
    [InlineData("""{"mode":"rerank"}""", Start + " --reranking --embedding --pooling rank --cache-ram 0 --metrics")]
    [InlineData("""{"mode":"rerank","extraArgs":["--reranking","--cache-ram","9"]}""", Start + " --embedding --pooling rank --reranking --cache-ram 9 --metrics")]
    [InlineData("""{"endpoint":{"path":"/v1/embeddings"}}""", Start + " --metrics")]
    [InlineData("""{"extraArgs":["--threads","4"]}""", Start + " --threads 4 --metrics")]
    [InlineData("""{"extraArgs":["--metrics"]}""", Start + " --metrics")]
    [InlineData("""{"extraArgs":["--metrics-extra"]}""", Start + " --metrics-extra --metrics")]
    [InlineData("""{"extraArgs":["--host=0.0.0.0"]}""", "--model /m/a.gguf --port 8080 --host=0.0.0.0 --metrics")]
    [InlineData("""{"extraArgs":["--host","0.0.0.0"]}""", "--model /m/a.gguf --port 8080 --host 0.0.0.0 --metrics")]
    public void Each_field_has_its_flags_in_their_place(string service, string expected) =>
        Line(service, "{}", gpus: 0).ShouldBe(expected);

    [Theory]
    [InlineData("{}", 0, "")]
    [InlineData("{}", 1, "--n-gpu-layers 99")]
    [InlineData("""{"hardware":{"gpu":{"layers":-1}}}""", 1, "--n-gpu-layers 99")]
    [InlineData("""{"hardware":{"gpu":{"layers":0}}}""", 1, "--n-gpu-layers 99")]
    [InlineData("""{"hardware":{"gpu":{"layers":20}}}""", 1, "--n-gpu-layers 20")]
    [InlineData("{}", 2, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"strategy":"tensor"}}}}""", 2, "--n-gpu-layers 99 --split-mode row --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"strategy":"row"}}}}""", 2, "--n-gpu-layers 99 --split-mode row --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"strategy":"pipeline"}}}}""", 3, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"strategy":"none"}}}}""", 2, "--n-gpu-layers 99 --split-mode none")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"layerSplit":["0-24","25-39"]}}}}""", 2, "--n-gpu-layers 99 --split-mode layer --tensor-split 5,3")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"layerSplit":["0-15","16-31"]}}}}""", 2, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"layerSplit":["0-24"]}}}}""", 2, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"sharding":{"layerSplit":["0-9","9-x"]}}}}""", 2, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1")]
    [InlineData("""{"hardware":{"gpu":{"resourceClaims":[{"name":"a","resourceClaimName":"b"}]}}}""", 0, "--n-gpu-layers 99")]
    public void Gpus_set_the_layers_and_how_they_are_split(string model, int gpus, string expected) =>
        Line("{}", model, gpus).ShouldBe($"{Start} {expected} --metrics".Replace("  ", " ", StringComparison.Ordinal));

    [Theory]
    [InlineData("none", "")]
    [InlineData("disabled", "")]
    [InlineData("mtp", " --spec-type draft-mtp")]
    [InlineData("draft", " --spec-type draft-simple")]
    [InlineData("draft-simple", " --spec-type draft-simple")]
    [InlineData("draft-eagle3", " --spec-type draft-eagle3")]
    [InlineData("draft-dflash", " --spec-type draft-dflash")]
    [InlineData("draft-dspark", " --spec-type draft-dspark")]
    [InlineData("ngram-map-k4v", " --spec-type ngram-map-k4v")]
    public void Aliases_of_speculative_types_become_the_engines_names(string type, string expected) =>
        Line($$$"""{"speculativeDecoding":{"type":"{{{type}}}"}}""", "{}", gpus: 0).ShouldBe($"{Start}{expected} --metrics");

    [Fact]
    public void A_draft_model_and_its_limits_follow_the_type() =>
        Line("""{"speculativeDecoding":{"type":"draft","draftModelRef":"d","nDraftMax":8,"pMin":0.75}}""", "{}", gpus: 0, draft: "/m/d.gguf")
            .ShouldBe(Start + " --spec-type draft-simple -md /m/d.gguf --spec-draft-n-max 8 --spec-draft-p-min 0.75 --metrics");

    [Fact]
    public void Nothing_of_speculation_is_left_when_it_is_off() =>
        Line("""{"speculativeDecoding":{"type":"none","nDraftMax":8}}""", "{}", gpus: 0, draft: "/m/d.gguf").ShouldBe(Start + " --metrics");

    [Fact]
    public void A_projector_is_handed_over_unless_the_user_names_one()
    {
        Line("{}", "{}", gpus: 0, mmproj: "/m/p.gguf").ShouldBe(Start + " --mmproj /m/p.gguf --metrics");
        Line("""{"extraArgs":["--mmproj","/q.gguf"]}""", "{}", gpus: 0, mmproj: "/m/p.gguf").ShouldBe(Start + " --mmproj /q.gguf --metrics");
    }

    [Fact]
    public void Flash_attention_needs_a_gpu() =>
        Line("""{"flashAttention":true}""", "{}", gpus: 1).ShouldBe(Start + " --n-gpu-layers 99 --flash-attn on --metrics");

    [Fact]
    public void All_fields_together_stand_in_the_documented_order()
    {
        const string Service = """
            {
              "contextSize": 8192, "ropeScaling": {"type": "yarn"}, "parallelSlots": 2, "flashAttention": true, "jinja": true,
              "cacheTypeK": "q8_0", "moeCPULayers": 3, "tensorOverrides": ["a=CPU"], "batchSize": 1024, "noWarmup": true,
              "speculativeDecoding": {"type": "ngram-mod", "nDraftMax": 4}, "reasoningBudget": 100,
              "metadataOverrides": ["k=int:1"], "mode": "embedding", "extraArgs": ["--threads", "8"]
            }
            """;
        Line(Service, "{}", gpus: 2, mmproj: "/p").ShouldBe(
            Start + " --n-gpu-layers 99 --split-mode layer --tensor-split 1,1 --ctx-size 8192 --rope-scaling yarn --parallel 2 --flash-attn on --jinja"
            + " --cache-type-k q8_0 --n-cpu-moe 3 --override-tensor a=CPU --batch-size 1024 --no-warmup --spec-type ngram-mod --spec-draft-n-max 4"
            + " --reasoning-budget 100 --mmproj /p --override-kv k=int:1 --embedding --pooling last --cache-ram 0 --threads 8 --metrics");
    }

    [Fact]
    public void A_value_with_spaces_stays_one_argument()
    {
        var service = Parse<InferenceServiceSpec>("InferenceService", """{"modelRef":"m","reasoningBudget":1,"reasoningBudgetMessage":"that is enough; $(rm -rf /)"}""");
        LlamaCppArguments.Build(service, new ModelSpec(), "/m/my model.gguf", 1, "::", 0)
            .ShouldBe(["--model", "/m/my model.gguf", "--port", "1", "--host", "::", "--reasoning-budget", "1", "--reasoning-budget-message", "that is enough; $(rm -rf /)", "--metrics"]);
    }

    private static string Line(string service, string model, int gpus, string? draft = null, string? mmproj = null)
    {
        var arguments = LlamaCppArguments.Build(
            Parse<InferenceServiceSpec>("InferenceService", service), Parse<ModelSpec>("Model", model), "/m/a.gguf", 8080, "::", gpus, draft, mmproj);
        return string.Join(' ', arguments);
    }

    private static T Parse<T>(string kind, string spec)
        where T : class
    {
        var json = $$"""{"spec":{{spec}}}""";
        return kind == "Model"
            ? (T)(object)JsonSerializer.Deserialize(json, Model.JsonType)!.Spec
            : (T)(object)JsonSerializer.Deserialize(json, InferenceService.JsonType)!.Spec;
    }
}
