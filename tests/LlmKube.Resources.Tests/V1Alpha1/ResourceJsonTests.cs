using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.V1Alpha1;

public sealed class ResourceJsonTests
{
    [Fact]
    public void A_model_without_apiVersion_and_metadata_is_read_with_those_of_its_kind()
    {
        var model = JsonSerializer.Deserialize("""{"spec":{"source":"/m/a.gguf"}}""", Model.JsonType)!;

        model.ApiVersion.ShouldBe("inference.llmkube.dev/v1alpha1");
        model.Kind.ShouldBe("Model");
        model.Metadata.Name.ShouldBeNull();
        model.Spec.Source!.Text.ShouldBe("/m/a.gguf");
    }

    [Fact]
    public void A_source_object_is_carried_through_as_it_was_written()
    {
        const string Json = """{"spec":{"source":{"type":"local","path":"/m/a.gguf","later":[1,{"x":null}]}}}""";
        var model = JsonSerializer.Deserialize(Json, Model.JsonType)!;

        model.Spec.Source!.Text.ShouldBeNull();
        model.Spec.Source.Object!["path"]!.GetValue<string>().ShouldBe("/m/a.gguf");
        Written(model)["spec"]!["source"]!.ToJsonString().ShouldBe("""{"type":"local","path":"/m/a.gguf","later":[1,{"x":null}]}""");
    }

    [Fact]
    public void Sources_are_equal_when_their_json_is()
    {
        SourceField.FromText("/m/a.gguf").ShouldBe(SourceField.FromText("/m/a.gguf"));
        SourceField.FromText("/m/a.gguf").ShouldNotBe(SourceField.FromText("/m/b.gguf"));
        SourceField.FromObject(new JsonObject { ["type"] = "local" }).ShouldBe(SourceField.FromObject(new JsonObject { ["type"] = "local" }));
    }

    [Fact]
    public void An_object_written_for_its_status_carries_no_spec()
    {
        var service = new InferenceService
        {
            Metadata = new ObjectMeta { Name = "a", Namespace = "b" },
            Status = new InferenceServiceStatus { Phase = ServicePhases.Ready, ReadyReplicas = 0 },
        };

        Written(service).ToJsonString().ShouldBe(
            """{"apiVersion":"inference.llmkube.dev/v1alpha1","kind":"InferenceService","metadata":{"name":"a","namespace":"b"},"status":{"phase":"Ready","readyReplicas":0}}""");
    }

    [Fact]
    public void A_missing_required_text_is_empty_and_not_null()
    {
        var service = JsonSerializer.Deserialize("""{"spec":{"replicas":0}}""", InferenceService.JsonType)!;

        service.Spec.ModelRef.ShouldBe("");
        service.Spec.Replicas.ShouldBe(0);
        new InferenceService().Spec.ModelRef.ShouldBe("");
    }

    [Fact]
    public void Core_structures_pass_through_unread()
    {
        const string Spec = """{"modelRef":"m","tolerations":[{"key":"k","newField":1}],"affinity":{"nodeAffinity":{}},"moeCPULayers":3,"uBatchSize":8,"pagedSSDCacheDir":"/c","speculativeDecoding":{"type":"none","nDraftMax":2,"pMin":0.5}}""";
        var service = JsonSerializer.Deserialize($$"""{"spec":{{Spec}}}""", InferenceService.JsonType)!;

        JsonNode.DeepEquals(Written(service)["spec"], JsonNode.Parse(Spec)).ShouldBeTrue(Written(service)["spec"]!.ToJsonString());
    }

    private static JsonNode Written(Model model) => JsonSerializer.SerializeToNode(model, Model.JsonType)!;

    private static JsonNode Written(InferenceService service) => JsonSerializer.SerializeToNode(service, InferenceService.JsonType)!;
}
