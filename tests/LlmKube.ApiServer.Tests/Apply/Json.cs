using System.Text.Json.Nodes;
using Shouldly;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>JSON literals for the tables of these tests.</summary>
internal static class Json
{
    public static JsonNode Node(string text) => JsonNode.Parse(text).ShouldNotBeNull();

    public static JsonObject Object(string text) => Node(text).AsObject();

    public static JsonArray Array(string text) => Node(text).AsArray();

    /// <summary>Compares as JSON, and shows both as text when they differ.</summary>
    public static void Same(JsonNode? actual, string expected)
    {
        var wanted = JsonNode.Parse(expected);
        if (!JsonNode.DeepEquals(actual, wanted))
        {
            Text(actual).ShouldBe(Text(wanted));
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
