using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>One walk over one object along its schema.</summary>
internal sealed class ValidationPass(List<Finding> findings, Func<string, Regex?> findPattern, bool isBuiltIn)
{
    private bool IsFull => findings.Count >= SchemaValidator.MaxFindings;

    /// <summary>The object itself; its metadata has a validator of its own.</summary>
    public void ValidateRoot(Schema schema, JsonObject obj)
    {
        CheckRequired(schema, obj, "", checkRequired: true);
        CheckObjectSize(schema, obj, "");
        foreach (var (name, value) in obj)
        {
            if (name is "apiVersion" or "kind" || schema.FindProperty(name) is not { } property)
            {
                continue;
            }

            // A built-in status is decoded by the server with zero values for what is absent, and never validated.
            Check(property, value, name, checkRequired: name is not "metadata" && !(isBuiltIn && name == "status"));
        }

        CheckCombinations(schema, obj, "");
    }

    private void Check(Schema schema, JsonNode? value, string path, bool checkRequired)
    {
        if (IsFull || !CheckType(schema, value, path))
        {
            return;
        }

        switch (value)
        {
            case JsonObject obj:
                CheckObject(schema, obj, path, checkRequired);
                break;
            case JsonArray array:
                CheckArray(schema, array, path, checkRequired);
                break;
            case JsonValue scalar:
                ScalarChecks.Check(schema, scalar, path, findPattern, findings);
                break;
        }

        CheckEnum(schema, value, path);
        CheckCombinations(schema, value, path);
    }

    private bool CheckType(Schema schema, JsonNode? value, string path)
    {
        var actual = JsonTypes.Of(value);
        if (value is null)
        {
            if (schema.Nullable || (schema.Type is null && !schema.IntOrString))
            {
                return false;
            }
        }
        else if (schema.IntOrString ? actual is "integer" or "string" || (actual == "number" && schema.Pattern is not null) : schema.Type is null || JsonTypes.Matches(schema.Type, actual))
        {
            return true;
        }

        var expected = schema.IntOrString ? "integer,string" : schema.Type;
        findings.Add(Finding.TypeInvalid(path, actual, $"{path} in body must be of type {expected}: \"{actual}\""));
        return false;
    }

    private void CheckObject(Schema schema, JsonObject obj, string path, bool checkRequired)
    {
        CheckRequired(schema, obj, path, checkRequired);
        CheckObjectSize(schema, obj, path);
        if (schema.EmbeddedResource)
        {
            CheckEmbedded(obj, path);
        }

        foreach (var (name, value) in obj)
        {
            if (schema.FindProperty(name) is { } property)
            {
                Check(property, value, $"{path}.{name}", checkRequired);
            }
        }
    }

    private void CheckRequired(Schema schema, JsonObject obj, string path, bool checkRequired)
    {
        if (!checkRequired)
        {
            return;
        }

        foreach (var name in schema.Required)
        {
            // Kubernetes' own types decode an absent list or map as an empty one, except where its validation asks for an element.
            if (!obj.ContainsKey(name) && !(isBuiltIn && MayBeEmpty(schema, name)))
            {
                findings.Add(Finding.Required(path.Length == 0 ? name : $"{path}.{name}"));
            }
        }
    }

    private static bool MayBeEmpty(Schema schema, string name) =>
        schema.FindProperty(name) is { Type: "array" or "boolean" or "integer" } && (schema.Name, name) is not (
            ("io.k8s.api.core.v1.PodSpec", "containers") or ("io.k8s.api.core.v1.ContainerPort", "containerPort") or ("io.k8s.api.core.v1.ServicePort", "port")
            or ("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", "maxReplicas"));

    private void CheckObjectSize(Schema schema, JsonObject obj, string path)
    {
        if (schema.MinProperties is { } least && obj.Count < least)
        {
            findings.Add(Finding.Invalid(path, obj, string.Create(CultureInfo.InvariantCulture, $"{path} in body should have at least {least} properties")));
        }

        if (schema.MaxProperties is { } most && obj.Count > most)
        {
            findings.Add(Finding.TooMany(path, obj.Count, most));
        }
    }

    private void CheckEmbedded(JsonObject obj, string path)
    {
        foreach (var name in (string[])["apiVersion", "kind"])
        {
            if (string.IsNullOrEmpty(JsonTypes.Text(obj[name])))
            {
                findings.Add(Finding.Required($"{path}.{name}", "must not be empty"));
            }
        }
    }

    private void CheckArray(Schema schema, JsonArray array, string path, bool checkRequired)
    {
        if (schema.MinItems is { } least && array.Count < least)
        {
            findings.Add(Finding.Invalid(path, array, string.Create(CultureInfo.InvariantCulture, $"{path} in body should have at least {least} items")));
        }

        if (schema.MaxItems is { } most && array.Count > most)
        {
            findings.Add(Finding.TooMany(path, array.Count, most));
        }

        for (var i = 0; i < array.Count && schema.Items is not null && !IsFull; i++)
        {
            Check(schema.Items, array[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), checkRequired);
        }

        ListUniqueness.Check(schema, array, path, findings);
    }

    private void CheckEnum(Schema schema, JsonNode? value, string path)
    {
        // The empty string is a built-in enum's absence.
        var isAbsent = isBuiltIn && JsonTypes.Text(value) is { Length: 0 };
        if (schema.Enum is { } allowed && !isAbsent && !allowed.Any(candidate => JsonNode.DeepEquals(candidate, value)))
        {
            findings.Add(Finding.NotSupported(path, value, allowed));
        }
    }

    private void CheckCombinations(Schema schema, JsonNode? value, string path)
    {
        var name = path.Length == 0 ? "\"\"" : $"{path} in body";
        if (schema.AllOf is { } all)
        {
            var before = findings.Count;
            foreach (var part in all)
            {
                Check(part, value, path, checkRequired: true);
            }

            if (findings.Count > before)
            {
                findings.Add(Finding.Invalid(path, value, $"{name} must validate all the schemas (allOf)"));
            }
        }

        if (schema.AnyOf is { } any && !schema.IntOrString && !any.Any(part => IsValid(part, value, path)))
        {
            findings.Add(Finding.Invalid(path, value, $"{name} must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf is { } one && one.Count(part => IsValid(part, value, path)) is var count and not 1)
        {
            var found = count == 0 ? "Found none valid" : string.Create(CultureInfo.InvariantCulture, $"Found {count} valid alternatives");
            findings.Add(Finding.Invalid(path, value, $"{name} must validate one and only one schema (oneOf). {found}"));
        }

        if (schema.Not is { } not && IsValid(not, value, path))
        {
            findings.Add(Finding.Invalid(path, value, $"{name} must not validate the schema (not)"));
        }
    }

    private bool IsValid(Schema schema, JsonNode? value, string path)
    {
        var inner = new List<Finding>();
        new ValidationPass(inner, findPattern, isBuiltIn).Check(schema, value, path, checkRequired: true);
        return inner.Count == 0;
    }
}
