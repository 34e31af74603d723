using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>Values as a cell shows them.</summary>
internal static class CellText
{
    public const string None = "<none>";
    public const string Unknown = "<unknown>";

    /// <summary>A string as it is, everything else as JSON; null for null.</summary>
    public static string? Of(JsonNode? value) => JsonTypes.Text(value) ?? value?.ToJsonString();

    /// <summary>How long ago a timestamp was.</summary>
    public static string Age(JsonNode? timestamp, DateTimeOffset now)
    {
        if (JsonTypes.Text(timestamp) is not { Length: > 0 } text)
        {
            return Unknown;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            ? HumanDuration.Of(now - since)
            : "<invalid>";
    }

    /// <summary>A cell of the type that the column has; null, an empty cell, where the value does not fit it.</summary>
    public static JsonNode? Typed(string type, JsonNode? value, DateTimeOffset now) => type switch
    {
        "date" => value is null ? null : Age(value, now),
        "string" => Of(value),
        "integer" or "number" when value is JsonValue && value.GetValueKind() == JsonValueKind.Number => value.DeepClone(),
        "boolean" when JsonTypes.Flag(value) is { } flag => flag,
        _ => null,
    };

    /// <summary><c>a=b,c=d</c>, or <c>&lt;none&gt;</c>.</summary>
    public static string Labels(JsonNode? labels) =>
        labels is JsonObject { Count: > 0 } map ? string.Join(',', map.Select(p => $"{p.Key}={Of(p.Value)}").Order(StringComparer.Ordinal)) : None;

    /// <summary>A selector with its expressions, as <c>kubectl get -o wide</c> shows it.</summary>
    public static string Selector(JsonNode? selector)
    {
        if (selector is not JsonObject obj)
        {
            return None;
        }

        var parts = new List<string>();
        if (obj["matchLabels"] is JsonObject { Count: > 0 } labels)
        {
            parts.Add(Labels(labels));
        }

        foreach (var expression in (obj["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var key = Of(expression["key"]);
            var values = string.Join(',', (expression["values"] as JsonArray ?? []).Select(Of));
            parts.Add(Of(expression["operator"]) switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "DoesNotExist" => $"!{key}",
                _ => key ?? "",
            });
        }

        return parts.Count == 0 ? None : string.Join(',', parts);
    }
}
