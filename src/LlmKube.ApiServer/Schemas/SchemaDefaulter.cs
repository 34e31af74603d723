using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Sets the <c>default</c> of every absent field, and of a field within a default, as Kubernetes does for CRDs.</summary>
internal static class SchemaDefaulter
{
    /// <summary>Fills in <paramref name="obj"/> in place. The object's own metadata has no defaults.</summary>
    public static void Default(Schema schema, JsonObject obj)
    {
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
        {
            if (name is not ("metadata" or "apiVersion" or "kind"))
            {
                DefaultProperty(property, name, obj);
            }
        }
    }

    private static void Default(Schema schema, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var (name, property) in schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
                {
                    DefaultProperty(property, name, obj);
                }

                if (schema.AdditionalProperties is { } values)
                {
                    foreach (var (name, value) in obj)
                    {
                        if (schema.Properties?.ContainsKey(name) != true)
                        {
                            Default(values, value);
                        }
                    }
                }

                break;
            case JsonArray array when schema.Items is { } items:
                foreach (var item in array)
                {
                    Default(items, item);
                }

                break;
        }
    }

    private static void DefaultProperty(Schema property, string name, JsonObject obj)
    {
        // A null stands for absence where the field may not be null, so that a default takes its place.
        if (property.Default is not null && (!obj.TryGetPropertyValue(name, out var value) || (value is null && !property.Nullable)))
        {
            obj[name] = property.Default.DeepClone();
        }

        Default(property, obj[name]);
    }
}
