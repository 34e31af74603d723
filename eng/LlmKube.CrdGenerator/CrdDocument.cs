using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Schemas;
using LlmKube.Resources.Declarations;

namespace LlmKube.CrdGenerator;

/// <summary>A CustomResourceDefinition, whole.</summary>
internal static class CrdDocument
{
    public static JsonObject Of<T>(Descriptions descriptions)
        where T : class, IResource<T>
    {
        var type = typeof(T);
        var resource = type.GetCustomAttribute<CustomResourceAttribute>()
            ?? throw new InvalidOperationException($"{type} is no custom resource. Give it the attribute CustomResource.");
        var definition = T.Definition;
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = definition.QualifiedPlural },
            ["spec"] = new JsonObject
            {
                ["group"] = definition.Group,
                ["names"] = NamesOf(definition, resource),
                ["scope"] = definition.Namespaced ? "Namespaced" : "Cluster",
                ["versions"] = new JsonArray(VersionOf(type, definition, resource, descriptions)),
            },
        };
    }

    private static JsonObject NamesOf(ResourceDefinition definition, CustomResourceAttribute resource) => new()
    {
        ["kind"] = definition.Kind,
        ["listKind"] = definition.Kind + "List",
        ["plural"] = definition.Plural,
        ["shortNames"] = new JsonArray([.. resource.ShortNames.Select(name => (JsonNode?)name)]),
        ["singular"] = definition.Kind.ToLowerInvariant(),
    };

    private static JsonObject VersionOf(Type type, ResourceDefinition definition, CustomResourceAttribute resource, Descriptions descriptions) => new()
    {
        ["additionalPrinterColumns"] = new JsonArray(
            [.. type.GetCustomAttributes<PrinterColumnAttribute>().OrderBy(column => column.Order).Select(ColumnOf)]),
        ["name"] = definition.Version,
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = SchemaJson.Write(SchemaOf(type, descriptions)) },
        ["served"] = true,
        ["storage"] = true,
        ["subresources"] = SubresourcesOf(resource),
    };

    private static JsonObject ColumnOf(PrinterColumnAttribute column)
    {
        var json = new JsonObject { ["jsonPath"] = column.JsonPath, ["name"] = column.Name };
        if (column.Wide)
        {
            json["priority"] = 1;
        }

        json["type"] = column.Type;
        return json;
    }

    private static JsonObject SubresourcesOf(CustomResourceAttribute resource)
    {
        var json = new JsonObject();
        if (resource.SpecReplicasPath is not null)
        {
            json["scale"] = new JsonObject
            {
                ["labelSelectorPath"] = resource.LabelSelectorPath,
                ["specReplicasPath"] = resource.SpecReplicasPath,
                ["statusReplicasPath"] = resource.StatusReplicasPath,
            };
        }

        json["status"] = new JsonObject();
        return json;
    }

    private static Schema SchemaOf(Type type, Descriptions descriptions)
    {
        var shapes = new SchemaOfType(descriptions);
        Schema Part(string name)
        {
            var property = Array.Find(
                type.GetProperties(), property => SchemaOfType.NameOf(property) == name && !property.IsDefined(typeof(JsonIgnoreAttribute)))!;
            return shapes.Of(property.PropertyType) with { Description = descriptions.Of(property) };
        }

        return new Schema
        {
            Type = "object",
            Description = descriptions.Of(type),
            Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
            {
                ["apiVersion"] = new() { Type = "string", Description = "Group and version of the API in which the object is written." },
                ["kind"] = new() { Type = "string", Description = "Kind of the object." },
                ["metadata"] = new() { Type = "object" },
                ["spec"] = Part("spec"),
                ["status"] = Part("status"),
            },
            Required = ["spec"],
        };
    }
}
