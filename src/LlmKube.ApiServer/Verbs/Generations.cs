using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Verbs;

/// <summary><c>metadata.generation</c> counts the changes of what is wanted; status and metadata do not count.</summary>
internal static class Generations
{
    /// <summary>Built-in kinds that are data and not wishes have no generation.</summary>
    public static bool Tracks(ServedKind kind) => !kind.IsBuiltIn || (kind.HasStatus && kind.Definition.Group.Length > 0) || kind.Definition.Plural == "endpointslices";

    public static void Advance(ServedKind kind, JsonObject live, JsonObject tree)
    {
        if (Tracks(kind) && !SameWish(kind, live, tree))
        {
            MetadataFields.Of(tree)["generation"] = Of(live) + 1;
        }
    }

    public static long Of(JsonObject tree) => (tree["metadata"] as JsonObject)?["generation"] is JsonValue value && value.TryGetValue<long>(out var generation) ? generation : 0;

    private static bool SameWish(ServedKind kind, JsonObject live, JsonObject tree)
    {
        foreach (var field in live.Select(pair => pair.Key).Union(tree.Select(pair => pair.Key), StringComparer.Ordinal))
        {
            var isState = field is "metadata" or "apiVersion" or "kind" || (field == "status" && kind.HasStatus);
            if (!isState && !JsonNode.DeepEquals(live[field], tree[field]))
            {
                return false;
            }
        }

        return true;
    }
}
