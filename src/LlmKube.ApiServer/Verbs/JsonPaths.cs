using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Verbs;

/// <summary>Reads and writes along simple JSON paths such as <c>.spec.replicas</c>.</summary>
internal static class JsonPaths
{
    public static JsonNode? Find(JsonObject tree, string path)
    {
        JsonNode? node = tree;
        foreach (var step in Steps(path))
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    public static void Set(JsonObject tree, string path, JsonNode? value)
    {
        var steps = Steps(path);
        var holder = tree;
        foreach (var step in steps[..^1])
        {
            if (holder[step] is not JsonObject next)
            {
                next = [];
                holder[step] = next;
            }

            holder = next;
        }

        holder[steps[^1]] = value;
    }

    private static string[] Steps(string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries);
}
