using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>What every object's schema has whether it says so or not: apiVersion, kind, and metadata with its own merge rules.</summary>
internal static class ObjectSchema
{
    private static readonly Schema s_text = new() { Type = "string" };

    private static readonly Schema s_texts = new() { Type = "object", AdditionalProperties = s_text };

    private static readonly Schema s_metadata = new()
    {
        Type = "object",
        // Known fields need no entry unless they merge in a way of their own.
        PreserveUnknownFields = true,
        Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
        {
            ["name"] = s_text,
            ["generateName"] = s_text,
            ["namespace"] = s_text,
            ["labels"] = s_texts,
            ["annotations"] = s_texts,
            ["finalizers"] = new() { Type = "array", ListType = "set", PatchStrategy = "merge", Items = s_text },
            ["ownerReferences"] = new()
            {
                Type = "array",
                ListType = "map",
                ListMapKeys = ["uid"],
                PatchStrategy = "merge",
                PatchMergeKey = "uid",
                Items = new() { Type = "object", MapType = "atomic", Properties = new Dictionary<string, Schema>(StringComparer.Ordinal) { ["uid"] = s_text } },
            },
        },
    };

    private static readonly Schema s_unknown = new() { Type = "object", PreserveUnknownFields = true };

    public static Schema Of(Schema? schema)
    {
        schema ??= s_unknown;
        var properties = new Dictionary<string, Schema>(schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal), StringComparer.Ordinal);
        properties.TryAdd("apiVersion", s_text);
        properties.TryAdd("kind", s_text);
        properties["metadata"] = s_metadata;
        return schema with { Properties = properties };
    }
}
