using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Removes what a structural schema does not specify, as Kubernetes does before it stores an object.</summary>
internal static class SchemaPruner
{
    private static readonly Schema s_embeddedMetadata = CoreTypes.Get(CoreTypes.ObjectMeta);

    /// <summary>Prunes <paramref name="obj"/> in place and names each removed field in kubectl's wording.</summary>
    public static IReadOnlyList<string> Prune(Schema schema, JsonObject obj)
    {
        var unknown = new List<string>();
        Prune(schema, obj, "", unknown);
        return unknown;
    }

    private static void Prune(Schema schema, JsonNode? node, string path, List<string> unknown)
    {
        switch (node)
        {
            case JsonObject obj:
                PruneObject(schema, obj, path, unknown);
                break;
            case JsonArray array when schema.Items is { } items:
                for (var i = 0; i < array.Count; i++)
                {
                    Prune(items, array[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), unknown);
                }

                break;
        }
    }

    private static void PruneObject(Schema schema, JsonObject obj, string path, List<string> unknown)
    {
        foreach (var (name, value) in obj.ToList())
        {
            var here = path.Length == 0 ? name : $"{path}.{name}";
            if (FindProperty(schema, name) is { } property)
            {
                Prune(property, value, here, unknown);
            }
            else if (!Keeps(schema, name))
            {
                unknown.Add($"unknown field \"{here}\"");
                obj.Remove(name);
            }
        }
    }

    private static Schema? FindProperty(Schema schema, string name) =>
        schema.FindProperty(name) ?? (schema.EmbeddedResource && name == "metadata" ? s_embeddedMetadata : null);

    private static bool Keeps(Schema schema, string name) =>
        schema.PreserveUnknownFields || (schema.EmbeddedResource && (name is "apiVersion" or "kind"));
}
