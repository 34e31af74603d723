using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>RFC 7396: the table of its appendix A, and that nothing is shared between patch and result.</summary>
public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":[null]}""", """{"b":[null]}""", """{"a":[null],"b":[null]}""")]
    public void The_table_of_the_standard_holds(string target, string patch, string expected) =>
        Json.Same(MergePatch.Apply(JsonNode.Parse(target), JsonNode.Parse(patch)), expected);

    [Fact]
    public void The_result_shares_nothing_with_target_or_patch()
    {
        var target = Json.Object("""{"a":{"b":1}}""");
        var patch = Json.Object("""{"c":{"d":[1]}}""");
        var result = MergePatch.Apply(target, patch);
        result["a"]!["b"] = 2;
        result["c"]!["d"]![0] = 2;
        Json.Same(target, """{"a":{"b":1}}""");
        Json.Same(patch, """{"c":{"d":[1]}}""");
    }
}
