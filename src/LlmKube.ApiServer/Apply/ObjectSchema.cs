using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>What every object's schema has whether it says so or not: apiVersion, kind, and metadata with its own merge rules.</summary>
internal static class ObjectSchema
{
    private static readonly Schema s_text = new() { Type = "string" };

    private static readonly Schema s_unknown = new() { Type = "object", PreserveUnknownFields = true };

    public static Schema Of(Schema? schema)
    {
        schema ??= s_unknown;
        var properties = new Dictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
        {
            properties[name] = property;
        }

        properties.TryAdd("apiVersion", s_text);
        properties.TryAdd("kind", s_text);
        properties["metadata"] = CoreTypes.Get(CoreTypes.ObjectMeta);
        return schema with { Properties = properties };
    }
}
