using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Tables;

/// <summary>A column of a built-in kind and how its cells are found. Priority 1 is shown with <c>-o wide</c> only.</summary>
internal sealed record Column(string Name, string Type, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>A column of text.</summary>
    public static Column Text(string name, Func<JsonObject, string?> cell) => new(name, "string", 0, (obj, _) => cell(obj));

    /// <summary>A column of text for <c>-o wide</c>.</summary>
    public static Column Wide(string name, Func<JsonObject, string?> cell) => new(name, "string", 1, (obj, _) => cell(obj));

    /// <summary>A column of whole numbers.</summary>
    public static Column Number(string name, Func<JsonObject, long> cell) => new(name, "integer", 0, (obj, _) => cell(obj));

    public static Column ObjectName { get; } = new("Name", "string", 0, (obj, _) => CellText.Of(At(obj, "metadata", "name"))) { Format = "name" };

    public static Column Age { get; } = new("Age", "string", 0, (obj, now) => CellText.Age(At(obj, "metadata", "creationTimestamp"), now));

    /// <summary>What the names lead to, or null where one of them leads nowhere.</summary>
    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }
}
