using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Selectors;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The rules of <c>metadata</c> that hold for every kind.</summary>
internal static class MetadataValidator
{
    /// <summary>Kubernetes' own limit: all keys and values of the annotations together.</summary>
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Validate(ResourceDefinition definition, JsonObject obj, List<Finding> findings)
    {
        if (obj["metadata"] is not JsonObject metadata)
        {
            findings.Add(Finding.Required("metadata.name", "name or generateName is required"));
            return;
        }

        CheckName(definition, metadata, findings);
        CheckNamespace(definition, metadata, findings);
        CheckLabels(metadata, findings);
        CheckAnnotations(metadata, findings);
        CheckOwners(metadata, findings);
    }

    private static void CheckName(ResourceDefinition definition, JsonObject metadata, List<Finding> findings)
    {
        var name = JsonTypes.Text(metadata["name"]);
        if (string.IsNullOrEmpty(name))
        {
            findings.Add(Finding.Required("metadata.name", "name or generateName is required"));
            return;
        }

        var problem = definition switch
        {
            { Group: "", Kind: "Namespace" or "Service" } => LabelSyntax.IsLabel(name) ? null : LabelSyntax.LabelRule,
            { Group: "rbac.authorization.k8s.io" } => name is "." or ".." || name.AsSpan().ContainsAny('/', '%') ? "may not be '.' or '..' and may not contain '/' or '%'" : null,
            _ => LabelSyntax.IsSubdomain(name) ? null : LabelSyntax.SubdomainRule,
        };
        if (problem is not null)
        {
            findings.Add(Finding.Invalid("metadata.name", name, problem));
        }
    }

    private static void CheckNamespace(ResourceDefinition definition, JsonObject metadata, List<Finding> findings)
    {
        var ns = JsonTypes.Text(metadata["namespace"]);
        if (!definition.Namespaced && !string.IsNullOrEmpty(ns))
        {
            findings.Add(Finding.Forbidden("metadata.namespace", "not allowed on this type"));
        }
        else if (definition.Namespaced && !string.IsNullOrEmpty(ns) && !LabelSyntax.IsLabel(ns))
        {
            findings.Add(Finding.Invalid("metadata.namespace", ns, LabelSyntax.LabelRule));
        }
    }

    private static void CheckLabels(JsonObject metadata, List<Finding> findings)
    {
        foreach (var (key, value) in metadata["labels"] as JsonObject ?? [])
        {
            if (!LabelSyntax.IsKey(key))
            {
                findings.Add(Finding.Invalid("metadata.labels", key, LabelSyntax.KeyRule));
            }

            if (JsonTypes.Text(value) is { } text && !LabelSyntax.IsValue(text))
            {
                findings.Add(Finding.Invalid("metadata.labels", text, text.Length > 63 ? "must be no more than 63 bytes" : LabelSyntax.ValueRule));
            }
        }
    }

    private static void CheckAnnotations(JsonObject metadata, List<Finding> findings)
    {
        long size = 0;
        foreach (var (key, value) in metadata["annotations"] as JsonObject ?? [])
        {
            if (!LabelSyntax.IsKey(key.ToLowerInvariant()))
            {
                findings.Add(Finding.Invalid("metadata.annotations", key, LabelSyntax.KeyRule));
            }

            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(JsonTypes.Text(value) ?? "");
        }

        if (size > MaxAnnotationBytes)
        {
            findings.Add(Finding.TooLong("metadata.annotations", MaxAnnotationBytes));
        }
    }

    private static void CheckOwners(JsonObject metadata, List<Finding> findings)
    {
        var owners = metadata["ownerReferences"] as JsonArray ?? [];
        var controllers = 0;
        for (var i = 0; i < owners.Count; i++)
        {
            if (owners[i] is not JsonObject owner)
            {
                continue;
            }

            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(JsonTypes.Text(owner[field])))
                {
                    findings.Add(Finding.Required(string.Create(CultureInfo.InvariantCulture, $"metadata.ownerReferences[{i}].{field}"), $"{field} must not be empty"));
                }
            }

            controllers += JsonTypes.Flag(owner["controller"]) == true ? 1 : 0;
        }

        if (controllers > 1)
        {
            findings.Add(Finding.Invalid("metadata.ownerReferences", owners, "Only one reference can have Controller set to true"));
        }
    }
}
