using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.CrdGenerator;

/// <summary>Schemas of Kubernetes' own structures as a CRD may carry them.</summary>
internal static class CoreSchemas
{
    /// <summary>meta/v1 Condition with the limits that every reader of conditions relies on.</summary>
    public static Schema Condition { get; } = new()
    {
        Type = "object",
        Required = ["lastTransitionTime", "message", "reason", "status", "type"],
        Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
        {
            ["lastTransitionTime"] = new() { Type = "string", Format = "date-time", Description = "When the status last changed." },
            ["message"] = new() { Type = "string", MaxLength = 32768, Description = "A sentence for people." },
            ["observedGeneration"] = new() { Type = "integer", Format = "int64", Minimum = 0, Description = "The spec's generation that the condition describes." },
            ["reason"] = new()
            {
                Type = "string",
                MinLength = 1,
                MaxLength = 1024,
                Pattern = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                Description = "Why, in one word for programs.",
            },
            ["status"] = new() { Type = "string", Enum = [JsonValue.Create("True"), JsonValue.Create("False"), JsonValue.Create("Unknown")], Description = "Whether it holds." },
            ["type"] = new()
            {
                Type = "string",
                MaxLength = 316,
                Pattern = @"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
                Description = "What it is about.",
            },
        },
    };

    /// <summary>
    /// A built-in structure. Values are not limited to those known today, because a later Kubernetes may know more;
    /// the API server that creates the pod has the last word.
    /// </summary>
    public static Schema Of(string coreType) => Prune(CoreTypes.Get(coreType));

    private static Schema Prune(Schema schema)
    {
        if (schema.Name == CoreTypes.ObjectMeta)
        {
            return EmbeddedMetadata();
        }

        return schema with
        {
            Name = null,
            Description = null,
            Enum = null,
            Default = IsKept(schema) ? schema.Default : null,
            UniqueItems = false,
            PatchStrategy = null,
            PatchMergeKey = null,
            Properties = schema.Properties?
                .OrderBy(property => property.Key, StringComparer.Ordinal)
                .ToDictionary(property => property.Key, property => Prune(property.Value), StringComparer.Ordinal),
            Items = schema.Items is null ? null : Prune(schema.Items),
            AdditionalProperties = schema.AdditionalProperties is null ? null : Prune(schema.AdditionalProperties),
            Required = [.. schema.Required.Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>
    /// A default of an enumeration is chosen by the API server that creates the pod, and may change with it. An empty text as a default
    /// says nothing, and API servers before Kubernetes 1.21 take it for null and refuse the whole definition.
    /// </summary>
    private static bool IsKept(Schema schema) => schema.Enum is null && !(schema.Default is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0);

    /// <summary>What a template may say of the object made from it; the rest of the metadata is the API server's.</summary>
    private static Schema EmbeddedMetadata()
    {
        var text = new Schema { Type = "string" };
        var texts = new Schema { Type = "object", AdditionalProperties = text };
        return new Schema
        {
            Type = "object",
            Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
            {
                ["annotations"] = texts,
                ["finalizers"] = new() { Type = "array", Items = text },
                ["labels"] = texts,
                ["name"] = text,
                ["namespace"] = text,
            },
        };
    }
}
