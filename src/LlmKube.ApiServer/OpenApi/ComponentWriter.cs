using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.OpenApi;

/// <summary>Collects the named schemas that a document refers to, each written once, with references between them.</summary>
internal sealed class ComponentWriter(string referencePrefix)
{
    private readonly SortedDictionary<string, JsonObject> _written = new(StringComparer.Ordinal);
    private readonly Queue<Schema> _waiting = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A reference to a served kind's schema, which is written with its group, version and kind.</summary>
    public JsonObject Reference(ServedKind kind)
    {
        var name = kind.Schema.Name ?? throw new InvalidOperationException($"The schema of {kind.Definition.Kind} has no definition name.");
        if (_known.Add(name))
        {
            var json = SchemaJson.Write(kind.Schema, ReferenceOrNull);
            json["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(kind));
            _written[name] = json;
        }

        return To(name);
    }

    public static JsonObject GroupVersionKind(ServedKind kind) => new()
    {
        ["group"] = kind.Definition.Group,
        ["version"] = kind.Definition.Version,
        ["kind"] = kind.Definition.Kind,
    };

    /// <summary>Every schema that was referred to, and what they refer to.</summary>
    public JsonObject Components()
    {
        while (_waiting.TryDequeue(out var schema))
        {
            _written[schema.Name!] = ScalarOf(schema.Name!) ?? SchemaJson.Write(schema with { Name = null }, ReferenceOrNull);
        }

        var components = new JsonObject();
        foreach (var (name, schema) in _written)
        {
            components[name] = schema;
        }

        return components;
    }

    /// <summary>A named part becomes a reference; what the field adds to it stands beside.</summary>
    private JsonObject? ReferenceOrNull(Schema schema)
    {
        if (schema.Name is not { } name)
        {
            return null;
        }

        var type = CoreTypes.Find(name);
        if (_known.Add(name))
        {
            _waiting.Enqueue(type ?? schema with { Description = null, Default = null });
        }

        var beside = new JsonObject();
        if (schema.Default is { } value)
        {
            beside["default"] = value.DeepClone();
        }

        if (schema.Description is { } description && description != type?.Description)
        {
            beside["description"] = description;
        }

        foreach (var (keyword, text) in ((string, string?)[])[("x-kubernetes-map-type", schema.MapType == type?.MapType ? null : schema.MapType), ("x-kubernetes-patch-strategy", schema.PatchStrategy)])
        {
            if (text is not null)
            {
                beside[keyword] = text;
            }
        }

        if (beside.Count == 0)
        {
            return To(name);
        }

        beside["allOf"] = new JsonArray(To(name));
        return beside;
    }

    private JsonObject To(string name) => new() { ["$ref"] = referencePrefix + name };

    /// <summary>Kubernetes writes these two without a type, for a client to take either.</summary>
    private static JsonObject? ScalarOf(string name) => name switch
    {
        ScalarTypes.QuantityName => Either("string", "number"),
        ScalarTypes.IntOrStringName => With(Either("integer", "string"), "format", "int-or-string"),
        _ => null,
    };

    private static JsonObject Either(string first, string second) =>
        new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = first }, new JsonObject { ["type"] = second }) };

    private static JsonObject With(JsonObject json, string name, string value)
    {
        json[name] = value;
        return json;
    }
}
