using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>The JSON form of a <see cref="FieldSet"/> in <c>metadata.managedFields</c>.</summary>
internal static class FieldsV1
{
    /// <summary>Says that the path so far is in the set, where longer paths are too.</summary>
    private const string Self = ".";

    public static JsonObject Write(FieldSet set)
    {
        var json = new JsonObject();
        if (set.IsMember && set.Children.Count > 0)
        {
            json[Self] = new JsonObject();
        }

        foreach (var (element, child) in set.Children.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            json[element] = Write(child);
        }

        return json;
    }

    /// <summary>Reads what <see cref="Write"/> or a client wrote; null when it is no field set.</summary>
    public static FieldSet? TryRead(JsonNode? json) =>
        json is not JsonObject map ? null : map.Count == 0 ? FieldSet.Empty : TryReadNode(map);

    private static FieldSet? TryReadNode(JsonObject json)
    {
        if (json.Count == 0)
        {
            return FieldSet.Leaf;
        }

        var children = new Dictionary<string, FieldSet>(json.Count, StringComparer.Ordinal);
        var isMember = false;
        foreach (var (text, value) in json)
        {
            if (value is not JsonObject below)
            {
                return null;
            }

            if (text == Self)
            {
                isMember = true;
            }
            else if (PathElement.TryParse(text, out var element) && TryReadNode(below) is { } child)
            {
                children[element] = child;
            }
            else
            {
                return null;
            }
        }

        return FieldSet.Of(isMember, children);
    }
}
