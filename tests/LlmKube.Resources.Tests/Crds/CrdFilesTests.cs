using System.Text.Json.Nodes;
using LlmKube.CrdGenerator;
using LlmKube.Resources.Crds;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Crds;

public sealed class CrdFilesTests
{
    /// <summary>kubectl keeps a copy of what it applies in an annotation, which may hold this much.</summary>
    private const int MaxAnnotationBytes = 256 * 1024;

    [Fact]
    public void The_crd_files_are_those_that_the_types_give()
    {
        foreach (var file in CrdFiles.All())
        {
            var path = Path.Combine(Checkout.Root, file.Path);
            if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            {
                File.WriteAllText(path, file.Text);
            }

            File.ReadAllText(path).ShouldBe(
                file.Text, $"{file.Path} is not what the C# types give. Write it again: dotnet run --project eng/LlmKube.CrdGenerator");
        }
    }

    [Fact]
    public void The_embedded_crds_are_those_of_the_files() =>
        CrdManifests.All.Select(crd => crd["metadata"]!["name"]!.GetValue<string>())
            .ShouldBe(["inferenceservices.inference.llmkube.dev", "modelrepositories.inference.llmkube.dev", "models.inference.llmkube.dev"]);

    [Fact]
    public void Each_crd_fits_into_the_annotation_of_client_side_apply()
    {
        foreach (var crd in CrdManifests.All)
        {
            System.Text.Encoding.UTF8.GetByteCount(crd.ToJsonString()).ShouldBeLessThan(MaxAnnotationBytes / 2, crd["metadata"]!["name"]!.ToString());
        }
    }

    [Fact]
    public void The_schemas_are_structural()
    {
        foreach (var crd in CrdManifests.All)
        {
            CheckStructure(crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject(), "$");
        }
    }

    [Fact]
    public void Names_columns_and_subresources_are_those_of_the_existing_kinds()
    {
        var service = CrdManifests.All[0]["spec"]!;
        service["names"]!.ToJsonString().ShouldBe(
            """{"kind":"InferenceService","listKind":"InferenceServiceList","plural":"inferenceservices","shortNames":["isvc"],"singular":"inferenceservice"}""");
        Columns(service).ShouldBe(
        [
            "Phase string .status.phase", "Model string .spec.modelRef", "Replicas string .status.readyReplicas", "Reason string .status.schedulingStatus wide",
            "Queue integer .status.queuePosition wide", "Priority string .spec.priority wide", "Endpoint string .status.endpoint", "Age date .metadata.creationTimestamp",
        ]);
        service["versions"]![0]!["subresources"]!.ToJsonString().ShouldBe(
            """{"scale":{"labelSelectorPath":".status.selector","specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"},"status":{}}""");

        var model = CrdManifests.All[2]["spec"]!;
        model["names"]!["shortNames"]!.ToJsonString().ShouldBe("""["mdl"]""");
        Columns(model).ShouldBe(
        [
            "Phase string .status.phase", "Size string .status.size", "Accelerator string .spec.hardware.accelerator",
            "Arch string .status.gguf.architecture wide", "Age date .metadata.creationTimestamp",
        ]);
        model["versions"]![0]!["subresources"]!.ToJsonString().ShouldBe("""{"status":{}}""");
    }

    private static IEnumerable<string> Columns(JsonNode spec) =>
        spec["versions"]![0]!["additionalPrinterColumns"]!.AsArray()
            .Select(column => $"{column!["name"]} {column["type"]} {column["jsonPath"]}{((int?)column["priority"] > 0 ? " wide" : "")}");

    /// <summary>What an API server asks of a CRD's schema: a type everywhere, but for the two extensions that stand for one.</summary>
    private static void CheckStructure(JsonObject schema, string path)
    {
        var open = (bool?)schema["x-kubernetes-preserve-unknown-fields"] == true || (bool?)schema["x-kubernetes-int-or-string"] == true;
        (schema["type"] is not null || open).ShouldBeTrue($"{path} has no type.");
        foreach (var forbidden in (string[])["$ref", "definitions", "uniqueItems", "x-kubernetes-patch-strategy", "x-kubernetes-patch-merge-key"])
        {
            schema.ContainsKey(forbidden).ShouldBeFalse($"{path} has {forbidden}, which a CRD may not.");
        }

        var required = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToArray();
        if (schema["items"] is JsonObject items)
        {
            CheckStructure(items, path + "[]");
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            schema.ContainsKey("properties").ShouldBeFalse($"{path} has both properties and additionalProperties.");
            CheckStructure(values, path + "{}");
        }

        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            CheckStructure(property!.AsObject(), $"{path}.{name}");
        }

        required.ShouldAllBe(name => schema["properties"]![name] != null);
    }
}
