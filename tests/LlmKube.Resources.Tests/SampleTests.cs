using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace LlmKube.Resources.Tests;

/// <summary>Every manifest under <c>samples</c> says only what our kinds know, and says it rightly.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Samples() => [.. Directory.GetFiles(Path.Combine(Checkout.Root, "samples"), "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_is_valid_and_has_no_unknown_field(string name)
    {
        var resources = Parse(name);

        resources.ShouldNotBeEmpty();
        foreach (var json in resources)
        {
            if ((string?)json["kind"] == "Model")
            {
                var model = json.Deserialize(Model.JsonType)!;
                ModelValidation.Validate(model).ShouldBeEmpty();
                ShouldBeSame(JsonSerializer.SerializeToNode(model, Model.JsonType)!, json);
            }
            else if ((string?)json["kind"] == "ModelRepository")
            {
                ShouldBeSame(JsonSerializer.SerializeToNode(json.Deserialize(ModelRepository.JsonType)!, ModelRepository.JsonType)!, json);
            }
            else if ((string?)json["kind"] is "Secret" or "PersistentVolumeClaim")
            {
                json["apiVersion"]!.ToString().ShouldBe("v1");
            }
            else
            {
                json["kind"]!.ToString().ShouldBe("InferenceService");
                var service = json.Deserialize(InferenceService.JsonType)!;
                InferenceServiceValidation.Validate(service).ShouldBeEmpty();
                ShouldBeSame(JsonSerializer.SerializeToNode(service, InferenceService.JsonType)!, json);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_service_of_a_sample_names_a_model_of_the_same_sample(string name)
    {
        var resources = Parse(name);
        var models = resources.Where(json => (string?)json["kind"] == "Model").Select(json => json.Deserialize(Model.JsonType)!).ToDictionary(model => model.Metadata.Name!, StringComparer.Ordinal);

        foreach (var service in resources.Where(json => (string?)json["kind"] == "InferenceService").Select(json => json.Deserialize(InferenceService.JsonType)!))
        {
            InferenceServiceValidation.Validate(service, models[service.Spec.ModelRef], hasSharedGpuPool: false).ShouldBeEmpty();
        }
    }

    private static void ShouldBeSame(JsonNode written, JsonNode read) =>
        JsonNode.DeepEquals(written, read).ShouldBeTrue($"read back as {written.ToJsonString()}, written as {read.ToJsonString()}");

    private static List<JsonObject> Parse(string sample)
    {
        using var reader = new StreamReader(Path.Combine(Checkout.Root, "samples", sample));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return [.. yaml.Documents.Select(document => ToJson(document.RootNode)!.AsObject())];
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, ToJson(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: { } text } when text is "true" or "false" or "null" || double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) => JsonNode.Parse(text),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException($"{node.NodeType} does not occur in a sample."),
    };
}
