using System.Globalization;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>Reads and writes <c>metadata.managedFields</c>.</summary>
internal static class ManagedFieldsJson
{
    public const string Member = "managedFields";

    /// <summary>The entries of an object; none when it has none or any of them is malformed.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> Read(JsonObject? value)
    {
        if (value?["metadata"] is not JsonObject metadata || metadata[Member] is not JsonArray list)
        {
            return [];
        }

        var entries = new Dictionary<(string, string, string, string), ManagedFieldsEntry>();
        foreach (var item in list)
        {
            if (ReadEntry(item) is not { } entry)
            {
                return [];
            }

            // Two entries of one owner, which a client may have written, are one.
            entries[entry.Identity] = entries.TryGetValue(entry.Identity, out var other)
                ? entry with { Fields = entry.Fields.Union(other.Fields) }
                : entry;
        }

        return [.. entries.Values];
    }

    /// <summary>Whether a client asks to forget all ownership, by a list of one empty entry.</summary>
    public static bool IsReset(JsonObject value) =>
        value["metadata"] is JsonObject metadata && metadata[Member] is JsonArray { Count: 1 } list && list[0] is JsonObject { Count: 0 };

    /// <summary>Puts the entries into the object in the order that Kubernetes lists them; no entries leave no list.</summary>
    public static void Write(JsonObject value, IEnumerable<ManagedFieldsEntry> entries)
    {
        var list = new JsonArray();
        foreach (var entry in entries
            .OrderBy(entry => entry.Operation, StringComparer.Ordinal)
            .ThenBy(entry => entry.Time, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager, StringComparer.Ordinal)
            .ThenBy(entry => entry.ApiVersion, StringComparer.Ordinal)
            .ThenBy(entry => entry.Subresource, StringComparer.Ordinal))
        {
            list.Add((JsonNode)WriteEntry(entry));
        }

        if (value["metadata"] is not JsonObject metadata)
        {
            if (list.Count == 0)
            {
                return;
            }

            metadata = [];
            value["metadata"] = metadata;
        }

        if (list.Count > 0)
        {
            metadata[Member] = list;
        }
        else
        {
            metadata.Remove(Member);
        }
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static ManagedFieldsEntry? ReadEntry(JsonNode? node)
    {
        if (node is not JsonObject entry
            || Text(entry, "operation") is not (ManagedFieldsEntry.ApplyOperation or ManagedFieldsEntry.UpdateOperation)
            || FieldsV1.TryRead(entry["fieldsV1"] ?? new JsonObject()) is not { } fields)
        {
            return null;
        }

        return new ManagedFieldsEntry
        {
            Manager = Text(entry, "manager") ?? "",
            Operation = Text(entry, "operation")!,
            ApiVersion = Text(entry, "apiVersion") ?? "",
            Subresource = Text(entry, "subresource"),
            Time = Text(entry, "time"),
            Fields = fields,
        };
    }

    private static JsonObject WriteEntry(ManagedFieldsEntry entry)
    {
        var json = new JsonObject
        {
            ["apiVersion"] = entry.ApiVersion,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = FieldsV1.Write(entry.Fields),
            ["manager"] = entry.Manager,
            ["operation"] = entry.Operation,
        };
        if (!string.IsNullOrEmpty(entry.Subresource))
        {
            json["subresource"] = entry.Subresource;
        }

        if (entry.Time is not null)
        {
            json["time"] = entry.Time;
        }

        return json;
    }

    private static string? Text(JsonObject entry, string member) =>
        entry[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
