using System.Text;
using LlmKube.ApiServer.Http;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Http;

/// <summary>Fields that come twice.</summary>
public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"a":2}}""", "", """{"a":1,"b":{"a":2}}""")]
    [InlineData("""{"a":1,"a":2}""", "a", """{"a":2}""")]
    [InlineData("""{"a":{"b":1,"b":{"c":3}}}""", "a.b", """{"a":{"b":{"c":3}}}""")]
    [InlineData("""{"a":[{"b":1},7,{"b":1,"b":null}]}""", "a[2].b", """{"a":[{"b":1},7,{"b":null}]}""")]
    [InlineData("""[[1,{"x":1,"x":2,"x":3}]]""", "[0][1].x [0][1].x", """[[1,{"x":3}]]""")]
    public void The_last_one_counts_and_its_path_is_told(string json, string duplicates, string read)
    {
        var (tree, found) = JsonBody.Parse(Encoding.UTF8.GetBytes(json));

        string.Join(' ', found).ShouldBe(duplicates);
        tree!.ToJsonString().ShouldBe(read);
    }
}
