using System.Globalization;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>What Kubernetes demands of a CRD's schema, so that pruning, defaulting and merging are well defined.</summary>
internal static class StructuralRules
{
    public static void Check(Schema schema, string path, List<Finding> findings)
    {
        if (schema.Type != "object")
        {
            findings.Add(Finding.Invalid($"{path}.type", schema.Type, "must be object at the root"));
        }

        CheckNode(schema, path, isRoot: true, findings);
    }

    private static void CheckNode(Schema schema, string path, bool isRoot, List<Finding> findings)
    {
        if (findings.Count >= SchemaValidator.MaxFindings)
        {
            return;
        }

        if (schema.Type is null && !schema.IntOrString && !schema.PreserveUnknownFields && !isRoot)
        {
            findings.Add(Finding.Required($"{path}.type", "must not be empty for specified object fields"));
        }

        if (schema.Type == "array" && schema.Items is null)
        {
            findings.Add(Finding.Required($"{path}.items", "must be specified"));
        }

        if (schema.Properties is not null && schema.AdditionalProperties is not null)
        {
            findings.Add(Finding.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }

        if (schema.Pattern is { } pattern && Patterns.TryCompile(pattern) is null)
        {
            findings.Add(Finding.Invalid($"{path}.pattern", pattern, "must be a valid regular expression without lookarounds and back references"));
        }

        CheckListType(schema, path, findings);
        CheckRules(schema, path, findings);
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
        {
            // The type fields of the root may be given without types.
            if (!(isRoot && (name is "apiVersion" or "kind" or "metadata")))
            {
                CheckNode(property, $"{path}.properties[{name}]", isRoot: false, findings);
            }
        }

        if (schema.Items is { } items)
        {
            CheckNode(items, $"{path}.items", isRoot: false, findings);
        }

        if (schema.AdditionalProperties is { } values)
        {
            CheckNode(values, $"{path}.additionalProperties", isRoot: false, findings);
        }
    }

    private static void CheckListType(Schema schema, string path, List<Finding> findings)
    {
        if (schema.ListType is not (null or "atomic" or "set" or "map"))
        {
            findings.Add(Finding.NotSupported($"{path}.x-kubernetes-list-type", schema.ListType, ["atomic", "set", "map"]));
        }

        if (schema.ListType != "map")
        {
            return;
        }

        if (schema.ListMapKeys is not { Count: > 0 } keys)
        {
            findings.Add(Finding.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
            return;
        }

        for (var i = 0; i < keys.Count; i++)
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-list-map-keys[{i}]");
            if (schema.Items?.Properties is not { } properties || !properties.TryGetValue(keys[i], out var key))
            {
                findings.Add(Finding.Invalid(here, keys[i], "entries must all be names of item properties"));
            }
            else if (key.Default is null && !schema.Items.Required.Contains(keys[i], StringComparer.Ordinal))
            {
                findings.Add(Finding.Required($"{path}.items.properties[{keys[i]}].default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }
        }
    }

    private static void CheckRules(Schema schema, string path, List<Finding> findings)
    {
        var rules = schema.Validations ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(rules[i].Rule))
            {
                findings.Add(Finding.Required(string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-validations[{i}].rule"), "rule is not specified"));
            }
        }
    }
}
