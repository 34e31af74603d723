using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>Writes a <see cref="Schema"/> as the JSON that CRDs and OpenAPI documents carry.</summary>
internal static class SchemaWriter
{
    public static JsonObject Write(Schema schema, Func<Schema, JsonObject?>? reference)
    {
        var json = new JsonObject();
        JsonNode? Child(Schema? child) => child is null ? null : reference?.Invoke(child) ?? Write(child, reference);
        JsonArray? Children(IReadOnlyList<Schema>? children) => children is null ? null : [.. children.Select(Child)];
        void Put(string keyword, JsonNode? value)
        {
            if (value is not null)
            {
                json[keyword] = value;
            }
        }

        Put("additionalProperties", Child(schema.AdditionalProperties));
        Put("allOf", Children(schema.AllOf));
        Put("anyOf", Children(schema.AnyOf));
        Put("default", schema.Default?.DeepClone());
        Put("description", schema.Description);
        Put("enum", schema.Enum is null ? null : new JsonArray([.. schema.Enum.Select(value => value?.DeepClone())]));
        Put("exclusiveMaximum", Flag(schema.ExclusiveMaximum));
        Put("exclusiveMinimum", Flag(schema.ExclusiveMinimum));
        Put("format", schema.Format);
        Put("items", Child(schema.Items));
        Put("maxItems", schema.MaxItems);
        Put("maxLength", schema.MaxLength);
        Put("maxProperties", schema.MaxProperties);
        Put("maximum", Number(schema.Maximum));
        Put("minItems", schema.MinItems);
        Put("minLength", schema.MinLength);
        Put("minProperties", schema.MinProperties);
        Put("minimum", Number(schema.Minimum));
        Put("multipleOf", Number(schema.MultipleOf));
        Put("not", Child(schema.Not));
        Put("nullable", Flag(schema.Nullable));
        Put("oneOf", Children(schema.OneOf));
        Put("pattern", schema.Pattern);
        Put("properties", schema.Properties is null ? null : new JsonObject(schema.Properties.Select(p => KeyValuePair.Create(p.Key, Child(p.Value)))));
        Put("required", schema.Required.Count == 0 ? null : Strings(schema.Required));
        Put("type", schema.Type);
        Put("uniqueItems", Flag(schema.UniqueItems));
        WriteExtensions(schema, Put);
        return json;
    }

    private static void WriteExtensions(Schema schema, Action<string, JsonNode?> put)
    {
        put("x-kubernetes-embedded-resource", Flag(schema.EmbeddedResource));
        put("x-kubernetes-int-or-string", Flag(schema.IntOrString));
        put("x-kubernetes-list-map-keys", schema.ListMapKeys is null ? null : Strings(schema.ListMapKeys));
        put("x-kubernetes-list-type", schema.ListType);
        put("x-kubernetes-map-type", schema.MapType);
        put("x-kubernetes-patch-merge-key", schema.PatchMergeKey);
        put("x-kubernetes-patch-strategy", schema.PatchStrategy);
        put("x-kubernetes-preserve-unknown-fields", Flag(schema.PreserveUnknownFields));
        put("x-kubernetes-validations", schema.Validations is null ? null : new JsonArray([.. schema.Validations.Select(WriteRule)]));
    }

    private static JsonNode WriteRule(ValidationRule rule)
    {
        var json = new JsonObject();
        foreach (var (keyword, value) in ((string, string?)[])[("fieldPath", rule.FieldPath), ("message", rule.Message), ("messageExpression", rule.MessageExpression), ("reason", rule.Reason), ("rule", rule.Rule)])
        {
            if (value is not null)
            {
                json[keyword] = value;
            }
        }

        return json;
    }

    private static JsonValue? Flag(bool value) => value ? JsonValue.Create(true) : null;

    /// <summary>A whole number is written without a fraction, as it was read.</summary>
    private static JsonValue? Number(double? value) => value switch
    {
        null => null,
        { } number when Math.Abs(number) < 1e15 && Math.Floor(number) == number => JsonValue.Create((long)number),
        { } number => JsonValue.Create(number),
    };

    private static JsonArray Strings(IReadOnlyList<string> values) => [.. values.Select(value => (JsonNode?)JsonValue.Create(value))];
}
