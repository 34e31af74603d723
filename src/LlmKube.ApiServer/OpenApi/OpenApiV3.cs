using System.Text.Json.Nodes;
using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.OpenApi;

/// <summary>
/// One group version in OpenAPI v3. kubectl reads from it that the server validates fields and knows dry runs, how to
/// merge lists, and what <c>explain</c> shows.
/// </summary>
internal static class OpenApiV3
{
    public static JsonObject Write(ApiVersion version)
    {
        var components = new ComponentWriter("#/components/schemas/");
        var paths = new JsonObject();
        foreach (var kind in version.Kinds)
        {
            AddPaths(paths, version, kind, components.Reference(kind));
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = components.Components() },
        };
    }

    private static void AddPaths(JsonObject paths, ApiVersion version, ServedKind kind, JsonObject schema)
    {
        var root = $"/{version.Path}";
        var collection = kind.Definition.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Definition.Plural}" : $"{root}/{kind.Definition.Plural}";
        if (kind.Definition.Namespaced)
        {
            paths[$"{root}/{kind.Definition.Plural}"] = new JsonObject { ["get"] = Operation(kind, "list", schema) };
        }

        paths[collection] = WithParameters(
            kind,
            isItem: false,
            new JsonObject
            {
                ["get"] = Operation(kind, "list", schema),
                ["post"] = Write(kind, "post", schema, [Document.Json]),
                ["delete"] = Operation(kind, "deletecollection", schema),
            });
        paths[$"{collection}/{{name}}"] = Item(kind, schema, canDelete: true);
        if (kind.HasStatus)
        {
            paths[$"{collection}/{{name}}/status"] = Item(kind, schema, canDelete: false);
        }
    }

    private static JsonObject Item(ServedKind kind, JsonObject schema, bool canDelete)
    {
        List<string> patches = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
        if (kind.IsBuiltIn)
        {
            patches.Add("application/strategic-merge-patch+json");
        }

        var item = new JsonObject
        {
            ["get"] = Operation(kind, "get", schema),
            ["put"] = Write(kind, "put", schema, [Document.Json]),
            ["patch"] = Write(kind, "patch", schema, patches),
        };
        if (canDelete)
        {
            item["delete"] = Operation(kind, "delete", schema, Query("dryRun"));
        }

        return WithParameters(kind, isItem: true, item);
    }

    private static JsonObject WithParameters(ServedKind kind, bool isItem, JsonObject path)
    {
        List<JsonNode?> parameters = [];
        if (isItem)
        {
            parameters.Add(InPath("name"));
        }

        if (kind.Definition.Namespaced)
        {
            parameters.Add(InPath("namespace"));
        }

        path["parameters"] = new JsonArray([.. parameters]);
        return path;
    }

    private static JsonObject Write(ServedKind kind, string action, JsonObject schema, IReadOnlyList<string> contentTypes)
    {
        var operation = Operation(kind, action, schema, Query("dryRun"), Query("fieldManager"), Query("fieldValidation"));
        var content = new JsonObject();
        foreach (var contentType in contentTypes)
        {
            content[contentType] = new JsonObject { ["schema"] = action == "patch" ? new JsonObject { ["type"] = "object" } : schema.DeepClone() };
        }

        operation["requestBody"] = new JsonObject { ["content"] = content };
        return operation;
    }

    private static JsonObject Operation(ServedKind kind, string action, JsonObject schema, params ReadOnlySpan<JsonNode?> parameters) => new()
    {
        ["parameters"] = new JsonArray([.. parameters]),
        ["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "OK",
                ["content"] = new JsonObject { [Document.Json] = new JsonObject { ["schema"] = schema.DeepClone() } },
            },
        },
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = ComponentWriter.GroupVersionKind(kind),
    };

    private static JsonObject Query(string name) => new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject InPath(string name) =>
        new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } };
}
