using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>How a value merges with another of its field.</summary>
internal enum FieldKind
{
    /// <summary>As a whole: scalars, and maps and lists that are declared atomic.</summary>
    Leaf,

    /// <summary>Member by member.</summary>
    Map,

    /// <summary>Item by item, named by the items' keys.</summary>
    KeyedList,

    /// <summary>Item by item, named by the items' values.</summary>
    Set,
}

/// <summary>Reads from a schema, or without one from the value, how a field merges.</summary>
internal static class FieldTyping
{
    public static FieldKind KindOf(Schema? schema, JsonNode? value) => value switch
    {
        JsonObject => schema?.MapType == "atomic" ? FieldKind.Leaf : FieldKind.Map,
        JsonArray => ListKindOf(schema),
        _ => FieldKind.Leaf,
    };

    /// <summary>
    /// The list kind that the schema declares. Without <c>x-kubernetes-list-type</c>, built-in types say it through the strategic merge
    /// patch's extensions. Lists that the schema does not know are atomic.
    /// </summary>
    public static FieldKind ListKindOf(Schema? schema) => schema switch
    {
        null => FieldKind.Leaf,
        { ListType: "map", ListMapKeys.Count: > 0 } => FieldKind.KeyedList,
        { ListType: "set" } => FieldKind.Set,
        { ListType: not null } => FieldKind.Leaf,
        { PatchStrategy: { } strategy } when strategy.Split(',').Contains("merge", StringComparer.Ordinal) =>
            schema.PatchMergeKey is null ? FieldKind.Set : FieldKind.KeyedList,
        _ => FieldKind.Leaf,
    };

    public static IReadOnlyList<string> KeysOf(Schema schema) =>
        schema.ListType == "map" ? schema.ListMapKeys ?? [] : schema.PatchMergeKey is { } key ? [key] : [];

    /// <summary>Whether the schema names the member, in contrast to the keys of a map of like values.</summary>
    public static bool IsNamed(Schema? schema, string name) => schema?.Properties?.ContainsKey(name) == true;

    /// <summary>Whether the schema has a place for the member at all.</summary>
    public static bool IsDeclared(Schema? schema, string name) =>
        schema is null || schema.PreserveUnknownFields || schema.AdditionalProperties is not null || IsNamed(schema, name)
        || schema.Properties is null
        || (schema.EmbeddedResource && name is "apiVersion" or "kind" or "metadata");

    /// <summary>Names a list item; null when the item lacks a key for which the schema has no default.</summary>
    public static string? ElementOf(Schema list, FieldKind kind, JsonNode? item, out string? missingKey)
    {
        missingKey = null;
        if (kind == FieldKind.Set)
        {
            return PathElement.Value(item);
        }

        var names = KeysOf(list);
        var keys = new List<KeyValuePair<string, JsonNode?>>(names.Count);
        foreach (var name in names)
        {
            var value = (item as JsonObject)?[name] ?? list.Items?.FindProperty(name)?.Default;
            if (value is null)
            {
                missingKey = name;
                return null;
            }

            keys.Add(new(name, value));
        }

        return PathElement.Key(keys);
    }
}
