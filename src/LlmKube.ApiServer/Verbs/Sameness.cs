using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Verbs;

/// <summary>Whether a write would change nothing: such a write is answered without a new revision.</summary>
internal static class Sameness
{
    public static bool IsSame(JsonObject live, JsonObject tree)
    {
        if (JsonNode.DeepEquals(live, tree))
        {
            return true;
        }

        // The times of managed fields alone are no change: they only say when something was written again.
        var left = WithoutTimes(live);
        var right = WithoutTimes(tree);
        return JsonNode.DeepEquals(left, right);
    }

    private static JsonObject WithoutTimes(JsonObject tree)
    {
        var copy = (JsonObject)tree.DeepClone();
        if ((copy["metadata"] as JsonObject)?["managedFields"] is JsonArray entries)
        {
            foreach (var entry in entries.OfType<JsonObject>())
            {
                entry.Remove("time");
            }
        }

        return copy;
    }
}
