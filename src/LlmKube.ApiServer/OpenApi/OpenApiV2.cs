using System.Text.Json.Nodes;
using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Schemas;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.OpenApi;

/// <summary>Everything in one OpenAPI v2 document, for older clients, without the keywords that v2 does not have.</summary>
internal static class OpenApiV2
{
    private static readonly string[] s_notInV2 = ["anyOf", "oneOf", "not", "nullable", "x-kubernetes-validations"];

    public static JsonObject Write(GroupedKinds catalog)
    {
        var components = new ComponentWriter("#/definitions/");
        var paths = new JsonObject();
        foreach (var kind in catalog.Groups.SelectMany(g => g.Versions).SelectMany(v => v.Kinds))
        {
            components.Reference(kind);
            var collection = kind.Definition.CollectionPath(kind.Definition.Namespaced ? "ns" : null).Replace("/namespaces/ns/", "/namespaces/{namespace}/", StringComparison.Ordinal);
            paths[$"{collection}/{{name}}"] = new JsonObject { ["patch"] = Patch(kind) };
        }

        var definitions = components.Components();
        foreach (var (name, definition) in definitions)
        {
            Lower(definition!.AsObject());
            if (name is ScalarTypes.QuantityName or ScalarTypes.IntOrStringName)
            {
                definition["type"] = "string";
            }
        }

        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
            ["paths"] = paths,
            ["definitions"] = definitions,
        };
    }

    private static JsonObject Patch(ServedKind kind) => new()
    {
        ["consumes"] = new JsonArray("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"),
        ["parameters"] = new JsonArray(Query("dryRun"), Query("fieldValidation")),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        ["x-kubernetes-action"] = "patch",
        ["x-kubernetes-group-version-kind"] = ComponentWriter.GroupVersionKind(kind),
    };

    private static JsonObject Query(string name) => new() { ["name"] = name, ["in"] = "query", ["type"] = "string", ["uniqueItems"] = true };

    private static void Lower(JsonObject schema)
    {
        foreach (var keyword in s_notInV2)
        {
            schema.Remove(keyword);
        }

        if (schema["allOf"] is JsonArray { Count: 1 } all && all[0] is JsonObject only && only["$ref"] is { } reference)
        {
            schema["$ref"] = reference.DeepClone();
        }

        schema.Remove("allOf");
        foreach (var child in ((JsonNode?[])[schema["items"], schema["additionalProperties"]]).OfType<JsonObject>())
        {
            Lower(child);
        }

        foreach (var (_, property) in schema["properties"] as JsonObject ?? [])
        {
            Lower(property!.AsObject());
        }
    }
}
