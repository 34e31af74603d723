using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>JSON merge patch (RFC 7396): objects merge, null deletes, everything else replaces.</summary>
internal static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject ? (JsonObject)target.DeepClone() : [];
        ApplyTo(result, changes);
        return result;
    }

    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        ApplyTo(result, patch);
        return result;
    }

    private static void ApplyTo(JsonObject target, JsonObject patch)
    {
        foreach (var (name, change) in patch)
        {
            if (change is null)
            {
                target.Remove(name);
            }
            else if (change is JsonObject changes)
            {
                if (target[name] is not JsonObject child)
                {
                    child = [];
                    target[name] = child;
                }

                ApplyTo(child, changes);
            }
            else
            {
                target[name] = change.DeepClone();
            }
        }
    }
}
