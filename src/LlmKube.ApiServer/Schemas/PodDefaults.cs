using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The defaults of a pod's spec, alone or in a template.</summary>
internal static class PodDefaults
{
    public static void Apply(JsonObject spec)
    {
        BuiltInDefaults.Set(spec, "restartPolicy", "Always");
        BuiltInDefaults.Set(spec, "dnsPolicy", "ClusterFirst");
        BuiltInDefaults.Set(spec, "schedulerName", "default-scheduler");
        BuiltInDefaults.Set(spec, "terminationGracePeriodSeconds", 30);
        BuiltInDefaults.Set(spec, "securityContext", new JsonObject());
        foreach (var list in (string[])["initContainers", "containers"])
        {
            foreach (var container in (spec[list] as JsonArray ?? []).OfType<JsonObject>())
            {
                ApplyContainer(container);
            }
        }
    }

    private static void ApplyContainer(JsonObject container)
    {
        BuiltInDefaults.Set(container, "resources", new JsonObject());
        if (JsonTypes.Text(container["image"]) is { Length: > 0 } image)
        {
            BuiltInDefaults.Set(container, "imagePullPolicy", IsLatest(image) ? "Always" : "IfNotPresent");
        }

        foreach (var port in (container["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            BuiltInDefaults.Set(port, "protocol", "TCP");
        }

        foreach (var probe in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[probe] is JsonObject settings)
            {
                ApplyProbe(settings);
            }
        }
    }

    private static void ApplyProbe(JsonObject probe)
    {
        BuiltInDefaults.Set(probe, "timeoutSeconds", 1);
        BuiltInDefaults.Set(probe, "periodSeconds", 10);
        BuiltInDefaults.Set(probe, "successThreshold", 1);
        BuiltInDefaults.Set(probe, "failureThreshold", 3);
        if (probe["httpGet"] is JsonObject get)
        {
            BuiltInDefaults.Set(get, "path", "/");
            BuiltInDefaults.Set(get, "scheme", "HTTP");
        }
    }

    /// <summary>No tag and no digest means the tag <c>latest</c>.</summary>
    private static bool IsLatest(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest";
    }
}
