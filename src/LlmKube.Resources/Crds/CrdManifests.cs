using System.Text.Json.Nodes;

namespace LlmKube.Resources.Crds;

/// <summary>The CustomResourceDefinitions of this project's kinds, as they stand under <c>deploy/crds</c>.</summary>
public static class CrdManifests
{
    private const string Prefix = "crds/";

    /// <summary>A fresh copy of each, in the order of their names.</summary>
    public static IReadOnlyList<JsonObject> All
    {
        get
        {
            var assembly = typeof(CrdManifests).Assembly;
            return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Read)];

            JsonObject Read(string name)
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                return JsonNode.Parse(stream)!.AsObject();
            }
        }
    }
}
