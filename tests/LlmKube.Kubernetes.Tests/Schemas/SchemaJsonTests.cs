using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Schemas;

/// <summary>A schema's JSON is read and written without loss.</summary>
public sealed class SchemaJsonTests
{
    [Theory]
    [InlineData("""{"type":"string","enum":["a","b"],"default":"a","maxLength":5,"minLength":1,"pattern":"^a"}""")]
    [InlineData("""{"type":"integer","format":"int32","minimum":1,"maximum":10,"exclusiveMaximum":true,"multipleOf":2}""")]
    [InlineData("""{"type":"number","minimum":0.5}""")]
    [InlineData("""{"type":"array","items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"maxItems":3,"uniqueItems":true}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"},"minProperties":1,"maxProperties":2,"x-kubernetes-map-type":"atomic","nullable":true}""")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}""")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"self.a > 1","message":"no","reason":"FieldValueInvalid","fieldPath":".a"}],"oneOf":[{"required":["a"]}],"allOf":[{"minProperties":1}],"not":{"required":["z"]}}""")]
    public void What_is_read_is_written_again(string text)
    {
        var json = JsonNode.Parse(text)!.AsObject();
        JsonNode.DeepEquals(SchemaJson.Write(SchemaJson.Read(json)), json).ShouldBeTrue(SchemaJson.Write(SchemaJson.Read(json)).ToJsonString());
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"type":1}}}""", "properties[a].type")]
    [InlineData("""{"items":{"minimum":"1"}}""", "items.minimum")]
    [InlineData("""{"items":[{}]}""", "items")]
    [InlineData("""{"required":[1]}""", "required")]
    [InlineData("""{"maxLength":-1}""", "maxLength")]
    [InlineData("""{"anyOf":[1]}""", "anyOf[0]")]
    public void A_keyword_of_the_wrong_kind_is_refused_with_its_path(string text, string path) =>
        Should.Throw<SchemaFormatException>(() => SchemaJson.Read(JsonNode.Parse(text)!.AsObject())).Path.ShouldBe(path);

    [Fact]
    public void A_built_in_type_is_written_inline_or_by_reference()
    {
        var inline = SchemaJson.Write(CoreTypes.Get("Toleration"));
        ((string?)inline["properties"]!["key"]!["type"]).ShouldBe("string");
        var byReference = SchemaJson.Write(CoreTypes.Get("Affinity"), schema => schema.Name is { } name ? new JsonObject { ["$ref"] = name } : null);
        ((string?)byReference["properties"]!["nodeAffinity"]!["$ref"]).ShouldBe("io.k8s.api.core.v1.NodeAffinity");
    }
}
