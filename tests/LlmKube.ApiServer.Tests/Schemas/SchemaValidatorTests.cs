using LlmKube.ApiServer.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>Each keyword of a schema refuses what it should, in Kubernetes' words.</summary>
public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"integer","maximum":10}""", "11", "spec.f: Invalid value: 11: spec.f in body should be less than or equal to 10")]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 1")]
    [InlineData("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "1", "spec.f: Invalid value: 1: spec.f in body should be greater than 1")]
    [InlineData("""{"type":"number","maximum":0.5,"exclusiveMaximum":true}""", "0.5", "spec.f: Invalid value: 0.5: spec.f in body should be less than 0.5")]
    [InlineData("""{"type":"integer","multipleOf":4}""", "6", "spec.f: Invalid value: 6: spec.f in body should be a multiple of 4")]
    [InlineData("""{"type":"integer","format":"int32"}""", "3000000000", "spec.f: Invalid value: 3000000000: spec.f in body must be of type int32: \"3000000000\"")]
    [InlineData("""{"type":"integer"}""", "\"x\"", "spec.f: Invalid value: \"string\": spec.f in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "1.5", "spec.f: Invalid value: \"number\": spec.f in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"string"}""", "null", "spec.f: Invalid value: \"null\": spec.f in body must be of type string: \"null\"")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"x\"", "spec.f: Unsupported value: \"x\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"b\"", "spec.f: Invalid value: \"b\": spec.f in body should match '^a+$'")]
    [InlineData("""{"type":"string","minLength":2}""", "\"é\"", "spec.f: Invalid value: \"é\": spec.f in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "spec.f: Too long: may not be more than 2 bytes")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"today\"", "spec.f: Invalid value: \"today\": spec.f in body must be of type date-time: \"today\"")]
    [InlineData("""{"type":"array","items":{"type":"string"},"maxItems":1}""", """["a","b"]""", "spec.f: Too many: 2: must have at most 1 items")]
    [InlineData("""{"type":"array","items":{"type":"string"},"minItems":1}""", "[]", "spec.f: Invalid value: []: spec.f in body should have at least 1 items")]
    [InlineData("""{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}""", """["a","a"]""", "spec.f[1]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}""", """[{"k":"a"},{"k":"a"}]""", "spec.f[1]: Duplicate value: {\"k\":\"a\"}")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}""", "{}", "spec.f.a: Required value")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"k":1}""", "spec.f.k: Invalid value: \"integer\": spec.f.k in body must be of type string: \"integer\"")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"},"minProperties":1}""", "{}", "spec.f: Invalid value: {}: spec.f in body should have at least 1 properties")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "spec.f: Invalid value: \"boolean\": spec.f in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":"","b":""}""", "spec.f: Invalid value: {\"a\":\"\",\"b\":\"\"}: spec.f in body must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}""", "{}", "spec.f: Invalid value: {}: spec.f in body must validate at least one schema (anyOf)")]
    [InlineData("""{"type":"string","not":{"enum":["x"]}}""", "\"x\"", "spec.f: Invalid value: \"x\": spec.f in body must not validate the schema (not)")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""", """{"kind":"Pod"}""", "spec.f.apiVersion: Required value: must not be empty")]
    public void A_value_that_breaks_a_keyword_is_refused(string schema, string value, string expected)
    {
        var findings = Validate(schema, value);
        findings.Select(f => f.ToString()).ShouldBe([expected]);
    }

    [Theory]
    [InlineData("""{"type":"number"}""", "1")]
    [InlineData("""{"type":"integer"}""", "1.0")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}""", "\"50%\"")]
    [InlineData("""{"x-kubernetes-preserve-unknown-fields":true}""", """{"any":["thing",1,null]}""")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-05-01T10:00:00Z\"")]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"},"p":{"type":"string","default":"TCP"}},"required":["k"]},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","p"]}""", """[{"k":"a"},{"k":"a","p":"UDP"}]""")]
    public void A_value_that_keeps_to_its_schema_is_accepted(string schema, string value) => Validate(schema, value).ShouldBeEmpty();

    [Fact]
    public void A_hostile_object_gets_a_bounded_answer()
    {
        var many = "[" + string.Join(',', Enumerable.Repeat("1", 5000)) + "]";
        Validate("""{"type":"array","items":{"type":"string"}}""", many).Count.ShouldBe(SchemaValidator.MaxFindings);
    }

    private static IReadOnlyList<Finding> Validate(string schema, string value)
    {
        var kind = Kinds.Widget($$$$"""{"type":"object","properties":{"f":{{{{schema}}}}}}""");
        return new ObjectRules().Validate(kind, Kinds.WidgetObject($$$$"""{"f":{{{{value}}}}}"""), null);
    }
}
