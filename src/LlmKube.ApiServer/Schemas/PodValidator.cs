using System.Globalization;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>What Kubernetes checks in a pod's spec beyond its schema.</summary>
internal static class PodValidator
{
    private static readonly string[] s_changeable = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "schedulingGates", "nodeName", "ephemeralContainers"];

    public static void Validate(JsonObject spec, string path, List<Finding> findings)
    {
        if (spec["containers"] is JsonArray { Count: 0 })
        {
            findings.Add(Finding.Required($"{path}.containers"));
        }

        var volumes = Objects(spec["volumes"]).Select(v => JsonTypes.Text(v.Item["name"])).ToHashSet(StringComparer.Ordinal);
        foreach (var list in (string[])["initContainers", "containers"])
        {
            foreach (var (container, i) in Objects(spec[list]))
            {
                var here = At($"{path}.{list}", i);
                if (string.IsNullOrEmpty(JsonTypes.Text(container["image"])))
                {
                    findings.Add(Finding.Required($"{here}.image"));
                }

                foreach (var (mount, m) in Objects(container["volumeMounts"]))
                {
                    if (JsonTypes.Text(mount["name"]) is { } name && !volumes.Contains(name))
                    {
                        findings.Add(new Finding($"{At($"{here}.volumeMounts", m)}.name", "FieldValueNotFound", $"Not found: \"{name}\""));
                    }
                }
            }
        }
    }

    /// <summary>A pod is what it was made as, but for its images and a few fields.</summary>
    public static void ValidateUpdate(JsonObject spec, JsonObject? oldSpec, List<Finding> findings)
    {
        if (oldSpec is not null && !JsonNode.DeepEquals(Fixed(spec), Fixed(oldSpec)))
        {
            findings.Add(Finding.Forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
        }
    }

    private static JsonObject Fixed(JsonObject spec)
    {
        var copy = spec.DeepClone().AsObject();
        foreach (var field in s_changeable)
        {
            copy.Remove(field);
        }

        foreach (var list in (string[])["initContainers", "containers"])
        {
            foreach (var (container, _) in Objects(copy[list]))
            {
                container.Remove("image");
            }
        }

        return copy;
    }

    private static IEnumerable<(JsonObject Item, int Index)> Objects(JsonNode? list)
    {
        var array = list as JsonArray ?? [];
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is JsonObject item)
            {
                yield return (item, i);
            }
        }
    }

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
