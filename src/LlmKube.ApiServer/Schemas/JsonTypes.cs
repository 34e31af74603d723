using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>A JSON value's type in OpenAPI's words.</summary>
internal static class JsonTypes
{
    public static string Of(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => JsonNumbers.FindInt64(value) is null ? "number" : "integer",
            _ => "null",
        },
        _ => "null",
    };

    public static bool Matches(string type, string actual) => type == actual || (type == "number" && actual == "integer");

    public static string? Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? Flag(JsonNode? node) => node is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
        ? node.GetValueKind() == JsonValueKind.True
        : null;

    public static long? Integer(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? JsonNumbers.FindInt64(value) : null;
}
