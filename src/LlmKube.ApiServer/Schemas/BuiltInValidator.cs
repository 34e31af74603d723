using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Schemas;

/// <summary>What Kubernetes checks in built-in kinds beyond their schemas, as far as a mistake of a user or of a controller would show.</summary>
internal static class BuiltInValidator
{
    private const string Immutable = "field is immutable";

    /// <summary>The limit of a Secret's and a ConfigMap's contents.</summary>
    private const int MaxDataBytes = 1024 * 1024;

    public static void Validate(ResourceDefinition definition, JsonObject obj, JsonObject? old, List<Finding> findings)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        var oldSpec = old?["spec"] as JsonObject;
        switch (definition.Group, definition.Kind)
        {
            case ("", "Secret" or "ConfigMap"):
                CheckData(obj, old, findings);
                break;
            case ("", "Service"):
                CheckService(spec, findings);
                break;
            case ("", "Pod"):
                PodValidator.Validate(spec, "spec", findings);
                PodValidator.ValidateUpdate(spec, oldSpec, findings);
                break;
            case ("", "PersistentVolumeClaim"):
                CheckClaim(spec, oldSpec, findings);
                break;
            case ("apps", not "ControllerRevision") or ("batch", "Job"):
                CheckWorkload(definition.Kind, spec, oldSpec, findings);
                break;
            case ("apiextensions.k8s.io", _):
                findings.AddRange(CrdReader.Read(obj).Findings);
                KeepEqual(spec, oldSpec, "group", findings);
                KeepEqual(spec, oldSpec, "scope", findings);
                break;
        }
    }

    private static void CheckData(JsonObject obj, JsonObject? old, List<Finding> findings)
    {
        long size = 0;
        foreach (var field in (string[])["data", "binaryData"])
        {
            foreach (var (key, value) in obj[field] as JsonObject ?? [])
            {
                size += Encoding.UTF8.GetByteCount(JsonTypes.Text(value) ?? "");
                if (key.Length is 0 or > 253 || key is "." or ".." || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
                {
                    findings.Add(Finding.Invalid(
                        $"{field}[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
                }
            }
        }

        if (size > MaxDataBytes * 4L / 3)
        {
            findings.Add(Finding.TooLong("data", MaxDataBytes));
        }

        if (old is null)
        {
            return;
        }

        KeepEqual(obj, old, "type", findings, "");
        if (JsonTypes.Flag(old["immutable"]) == true)
        {
            foreach (var field in (string[])["data", "binaryData", "immutable"])
            {
                if (!JsonNode.DeepEquals(obj[field], old[field]))
                {
                    findings.Add(Finding.Forbidden(field, "field is immutable when `immutable` is set"));
                }
            }
        }
    }

    private static void CheckService(JsonObject spec, List<Finding> findings)
    {
        var ports = spec["ports"] as JsonArray ?? [];
        if (ports.Count == 0 && JsonTypes.Text(spec["type"]) is not "ExternalName" && JsonTypes.Text(spec["clusterIP"]) is not "None")
        {
            findings.Add(Finding.Required("spec.ports"));
        }

        for (var i = 0; i < ports.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.ports[{i}]");
            if (ports[i] is not JsonObject port)
            {
                continue;
            }

            CheckPort(port["port"], $"{path}.port", findings);
            CheckPort(port["targetPort"], $"{path}.targetPort", findings);
            if (ports.Count > 1 && string.IsNullOrEmpty(JsonTypes.Text(port["name"])))
            {
                findings.Add(Finding.Required($"{path}.name"));
            }
        }
    }

    private static void CheckPort(JsonNode? port, string path, List<Finding> findings)
    {
        if (JsonTypes.Integer(port) is { } number and (< 1 or > 65535))
        {
            findings.Add(Finding.Invalid(path, number, "must be between 1 and 65535, inclusive"));
        }
    }

    private static void CheckClaim(JsonObject spec, JsonObject? oldSpec, List<Finding> findings)
    {
        if (spec["accessModes"] is not JsonArray { Count: > 0 })
        {
            findings.Add(Finding.Required("spec.accessModes", "at least 1 access mode is required"));
        }

        if (spec["resources"] is not JsonObject resources || resources["requests"] is not JsonObject requests || requests["storage"] is null)
        {
            findings.Add(Finding.Required("spec.resources[storage]"));
        }

        foreach (var field in (string[])["accessModes", "storageClassName", "volumeMode", "selector", "dataSource"])
        {
            if (oldSpec?[field] is { } before && !JsonNode.DeepEquals(before, spec[field]))
            {
                findings.Add(Finding.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
                return;
            }
        }
    }

    private static void CheckWorkload(string kind, JsonObject spec, JsonObject? oldSpec, List<Finding> findings)
    {
        foreach (var field in (string[])["replicas", "parallelism", "completions", "backoffLimit"])
        {
            if (JsonTypes.Integer(spec[field]) is { } count and < 0)
            {
                findings.Add(Finding.Invalid($"spec.{field}", count, "must be greater than or equal to 0"));
            }
        }

        var template = spec["template"] as JsonObject ?? [];
        PodValidator.Validate(template["spec"] as JsonObject ?? [], "spec.template.spec", findings);
        if (kind == "Job")
        {
            CheckJob(spec, template, oldSpec, findings);
            return;
        }

        KeepEqual(spec, oldSpec, "selector", findings);
        var labels = (template["metadata"] as JsonObject)?["labels"] as JsonObject ?? [];
        var wanted = (spec["selector"] as JsonObject)?["matchLabels"] as JsonObject ?? [];
        if (wanted.Any(label => !JsonNode.DeepEquals(labels[label.Key], label.Value)))
        {
            findings.Add(Finding.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
        }
    }

    private static void CheckJob(JsonObject spec, JsonObject template, JsonObject? oldSpec, List<Finding> findings)
    {
        var policy = JsonTypes.Text((template["spec"] as JsonObject)?["restartPolicy"]);
        if (policy is not ("OnFailure" or "Never"))
        {
            findings.Add(Finding.NotSupported("spec.template.spec.restartPolicy", policy, ["OnFailure", "Never"]));
        }

        // A suspended Job's template may still be changed.
        if (JsonTypes.Flag(oldSpec?["suspend"]) != true)
        {
            KeepEqual(spec, oldSpec, "template", findings);
        }

        KeepEqual(spec, oldSpec, "completionMode", findings);
    }

    private static void KeepEqual(JsonObject now, JsonObject? before, string field, List<Finding> findings, string prefix = "spec.")
    {
        if (before?[field] is { } old && !JsonNode.DeepEquals(old, now[field]))
        {
            findings.Add(Finding.Invalid(prefix + field, now[field], Immutable));
        }
    }
}
