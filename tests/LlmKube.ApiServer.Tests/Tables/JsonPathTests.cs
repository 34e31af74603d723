using System.Text.Json.Nodes;
using LlmKube.ApiServer.Tables;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Tables;

/// <summary>The paths that CRD columns use find what they name.</summary>
public sealed class JsonPathTests
{
    private const string Document = """{"a":{"b":[1,2,3],"c d":"x","e.f/g":"y"},"l":[{"type":"Ready","status":"True"},{"type":"B ] c","status":"False"}]}""";

    [Theory]
    [InlineData(".a.b[0]", "1")]
    [InlineData("{.a.b[-1]}", "3")]
    [InlineData("$.a.b[*]", "1,2,3")]
    [InlineData(".a['c d']", "x")]
    [InlineData(".a.e\\.f/g", "y")]
    [InlineData(".l[?(@.type==\"Ready\")].status", "True")]
    [InlineData(".l[?(@.type=='B ] c')].status", "False")]
    [InlineData(".l[?(@.type!='Ready')].status", "False")]
    [InlineData(".l[?(@.status)].type", "Ready,B ] c")]
    [InlineData(".l[*].type", "Ready,B ] c")]
    [InlineData(".a.missing.b", "")]
    [InlineData(".a.b[7]", "")]
    [InlineData(".l[?(@.type==\"None\")].status", "")]
    public void A_path_selects(string path, string expected) =>
        string.Join(',', JsonPath.TryParse(path)!.Select(JsonNode.Parse(Document)).Select(CellText.Of)).ShouldBe(expected);

    [Theory]
    [InlineData(".a[")]
    [InlineData(".a[x]")]
    [InlineData("..a")]
    [InlineData(".a['b]")]
    public void What_is_no_path_is_refused(string path) => JsonPath.TryParse(path).ShouldBeNull();
}
