using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The names that a CustomResourceDefinition may leave out.</summary>
internal static class CrdDefaults
{
    public static void Apply(JsonObject spec)
    {
        if (spec["names"] is JsonObject names && JsonTypes.Text(names["kind"]) is { Length: > 0 } kind)
        {
            BuiltInDefaults.Set(names, "singular", kind.ToLowerInvariant());
            BuiltInDefaults.Set(names, "listKind", kind + "List");
        }

        BuiltInDefaults.Set(spec, "conversion", new JsonObject { ["strategy"] = "None" });
    }
}
