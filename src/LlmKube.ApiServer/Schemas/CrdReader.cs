using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Selectors;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Reads a CustomResourceDefinition into the kinds it serves, one a served version, or into what is wrong with it.</summary>
internal static class CrdReader
{
    /// <summary>The kinds are empty where there are findings.</summary>
    public static (IReadOnlyList<ServedKind> Kinds, IReadOnlyList<Finding> Findings) Read(JsonObject crd)
    {
        var findings = new List<Finding>();
        var spec = crd["spec"] as JsonObject ?? [];
        var names = spec["names"] as JsonObject ?? [];
        var group = Text(spec, "group", "spec.group", findings);
        var kind = Text(names, "kind", "spec.names.kind", findings);
        var plural = Text(names, "plural", "spec.names.plural", findings);
        CheckNames(crd, group, plural, findings);

        var kinds = new List<ServedKind>();
        var storageVersions = 0;
        var versions = spec["versions"] as JsonArray ?? [];
        for (var i = 0; i < versions.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.versions[{i}]");
            if (versions[i] is not JsonObject version)
            {
                continue;
            }

            storageVersions += JsonTypes.Flag(version["storage"]) == true ? 1 : 0;
            var definition = new ResourceDefinition(group, Text(version, "name", $"{path}.name", findings), kind, plural, JsonTypes.Text(spec["scope"]) != "Cluster");
            if (ReadSchema(version, definition, path, findings) is { } schema && JsonTypes.Flag(version["served"]) == true)
            {
                kinds.Add(Served(definition, names, version, schema));
            }
        }

        if (storageVersions != 1)
        {
            findings.Add(Finding.Invalid("spec.versions", versions.DeepClone(), "must have exactly one version marked as storage version"));
        }

        return findings.Count == 0 ? (kinds, []) : ([], findings);
    }

    private static void CheckNames(JsonObject crd, string group, string plural, List<Finding> findings)
    {
        if (group.Length > 0 && !LabelSyntax.IsSubdomain(group))
        {
            findings.Add(Finding.Invalid("spec.group", group, LabelSyntax.SubdomainRule));
        }

        var name = JsonTypes.Text((crd["metadata"] as JsonObject)?["name"]) ?? "";
        if (group.Length > 0 && plural.Length > 0 && name != $"{plural}.{group}")
        {
            findings.Add(Finding.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }
    }

    private static ServedKind Served(ResourceDefinition definition, JsonObject names, JsonObject version, Schema schema)
    {
        var subresources = version["subresources"] as JsonObject ?? [];
        return new ServedKind
        {
            Definition = definition,
            Singular = JsonTypes.Text(names["singular"]) is { Length: > 0 } singular ? singular : definition.Kind.ToLowerInvariant(),
            ListKind = JsonTypes.Text(names["listKind"]) is { Length: > 0 } listKind ? listKind : definition.Kind + "List",
            ShortNames = Texts(names["shortNames"]),
            Categories = Texts(names["categories"]),
            SchemaSource = new Lazy<Schema>(schema),
            PrinterColumns = Columns(version),
            HasStatus = subresources["status"] is not null,
            Scale = ReadScale(subresources["scale"] as JsonObject),
            IsStorageVersion = JsonTypes.Flag(version["storage"]) == true,
            DeprecationWarning = JsonTypes.Flag(version["deprecated"]) == true
                ? JsonTypes.Text(version["deprecationWarning"]) ?? $"{definition.ApiVersion} {definition.Kind} is deprecated"
                : null,
        };
    }

    private static ScalePaths? ReadScale(JsonObject? scale) => scale is null
        ? null
        : new ScalePaths(
            JsonTypes.Text(scale["specReplicasPath"]) ?? ".spec.replicas",
            JsonTypes.Text(scale["statusReplicasPath"]) ?? ".status.replicas",
            JsonTypes.Text(scale["labelSelectorPath"]));

    /// <summary>The columns a CRD asks for; with none, the age, as Kubernetes does.</summary>
    private static List<PrinterColumn> Columns(JsonObject version)
    {
        var columns = new List<PrinterColumn>();
        foreach (var column in (version["additionalPrinterColumns"] as JsonArray ?? []).OfType<JsonObject>())
        {
            columns.Add(new PrinterColumn(
                JsonTypes.Text(column["name"]) ?? "",
                JsonTypes.Text(column["type"]) ?? "string",
                JsonTypes.Text(column["jsonPath"]) ?? "",
                JsonTypes.Text(column["format"]) ?? "",
                JsonTypes.Text(column["description"]) ?? "",
                (int)(JsonTypes.Integer(column["priority"]) ?? 0)));
        }

        if (columns.Count == 0)
        {
            columns.Add(new PrinterColumn("Age", "date", ".metadata.creationTimestamp"));
        }

        return columns;
    }

    private static Schema? ReadSchema(JsonObject version, ResourceDefinition definition, string path, List<Finding> findings)
    {
        var here = $"{path}.schema.openAPIV3Schema";
        if ((version["schema"] as JsonObject)?["openAPIV3Schema"] is not JsonObject json)
        {
            findings.Add(Finding.Required(here, "schemas are required"));
            return null;
        }

        try
        {
            var schema = SchemaJson.Read(json);
            StructuralRules.Check(schema, here, findings);
            return WithTypeFields(schema, definition);
        }
        catch (SchemaFormatException exception)
        {
            findings.Add(Finding.Invalid($"{here}.{exception.Path}", null, exception.Problem));
            return null;
        }
    }

    /// <summary>Whatever the CRD says, an object has a type and the metadata of every object.</summary>
    private static Schema WithTypeFields(Schema schema, ResourceDefinition definition)
    {
        var properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
        {
            ["apiVersion"] = schema.FindProperty("apiVersion") ?? new Schema { Type = "string" },
            ["kind"] = schema.FindProperty("kind") ?? new Schema { Type = "string" },
            ["metadata"] = CoreTypes.Get(CoreTypes.ObjectMeta),
        };
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
        {
            properties.TryAdd(name, property);
        }

        return schema with { Name = DefinitionNames.Of(definition), Properties = properties };
    }

    private static string Text(JsonObject json, string field, string path, List<Finding> findings)
    {
        if (JsonTypes.Text(json[field]) is { Length: > 0 } text)
        {
            return text;
        }

        findings.Add(Finding.Required(path));
        return "";
    }

    private static IReadOnlyList<string> Texts(JsonNode? list) =>
        [.. (list as JsonArray ?? []).Select(JsonTypes.Text).OfType<string>()];
}
