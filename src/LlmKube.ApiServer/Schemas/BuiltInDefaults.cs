using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The part of Kubernetes' own defaulting that users and controllers read back.</summary>
internal static class BuiltInDefaults
{
    public static void Apply(ResourceDefinition definition, JsonObject obj)
    {
        var spec = obj["spec"] as JsonObject;
        switch (definition.Group, definition.Kind)
        {
            case ("", "Secret"):
                DefaultSecret(obj);
                break;
            case ("", "Event"):
                Set(obj, "type", "Normal");
                break;
            case ("", "Namespace"):
                DefaultNamespace(obj);
                break;
            case ("", "Service"):
                DefaultService(Child(obj, "spec"));
                break;
            case ("", "Pod"):
                PodDefaults.Apply(Child(obj, "spec"));
                Set(Child(obj, "status"), "phase", "Pending");
                break;
            case ("", "PersistentVolumeClaim"):
                Set(Child(obj, "spec"), "volumeMode", "Filesystem");
                Set(Child(obj, "status"), "phase", "Pending");
                break;
            case ("", "PersistentVolume"):
                Set(Child(obj, "spec"), "volumeMode", "Filesystem");
                Set(Child(obj, "spec"), "persistentVolumeReclaimPolicy", "Retain");
                Set(Child(obj, "status"), "phase", "Pending");
                break;
            case ("apps", _) when spec is not null:
                WorkloadDefaults.Apply(definition.Kind, spec);
                break;
            case ("batch", "Job") when spec is not null:
                WorkloadDefaults.ApplyJob(spec);
                break;
            case ("batch", "CronJob") when spec is not null:
                WorkloadDefaults.ApplyCronJob(spec);
                break;
            case ("autoscaling", _) when spec is not null:
                Set(spec, "minReplicas", 1);
                break;
            case ("networking.k8s.io", "NetworkPolicy") when spec is not null && spec["policyTypes"] is null:
                spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
                break;
            case ("storage.k8s.io", "StorageClass"):
                Set(obj, "reclaimPolicy", "Delete");
                Set(obj, "volumeBindingMode", "Immediate");
                break;
            case ("discovery.k8s.io", "EndpointSlice"):
                DefaultSlicePorts(obj["ports"] as JsonArray);
                break;
            case ("apiextensions.k8s.io", _) when spec is not null:
                CrdDefaults.Apply(spec);
                break;
        }
    }

    /// <summary>Sets <paramref name="name"/> where it is absent.</summary>
    internal static void Set(JsonObject obj, string name, JsonNode value)
    {
        if (obj[name] is null)
        {
            obj[name] = value;
        }
    }

    /// <summary>The object at <paramref name="name"/>, made where it is absent. A value of another kind is left for validation to refuse.</summary>
    internal static JsonObject Child(JsonObject obj, string name)
    {
        if (obj[name] is null)
        {
            obj[name] = new JsonObject();
        }

        return obj[name] as JsonObject ?? [];
    }

    private static void DefaultSecret(JsonObject secret)
    {
        Set(secret, "type", "Opaque");
        if (secret["stringData"] is JsonObject texts)
        {
            var data = Child(secret, "data");
            foreach (var (key, text) in texts)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonTypes.Text(text) ?? ""));
            }

            secret.Remove("stringData");
        }
    }

    private static void DefaultNamespace(JsonObject ns)
    {
        if (Child(ns, "spec")["finalizers"] is null)
        {
            Child(ns, "spec")["finalizers"] = new JsonArray("kubernetes");
        }

        Set(Child(ns, "status"), "phase", "Active");
        if (ns["metadata"] is JsonObject metadata && JsonTypes.Text(metadata["name"]) is { Length: > 0 } name)
        {
            Child(metadata, "labels")["kubernetes.io/metadata.name"] = name;
        }
    }

    private static void DefaultService(JsonObject spec)
    {
        Set(spec, "type", "ClusterIP");
        Set(spec, "sessionAffinity", "None");
        foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            Set(port, "protocol", "TCP");
            if (port["targetPort"] is null && port["port"] is { } number)
            {
                port["targetPort"] = number.DeepClone();
            }
        }

        if (JsonTypes.Text(spec["type"]) is not "ExternalName")
        {
            Set(spec, "internalTrafficPolicy", "Cluster");
        }
    }

    private static void DefaultSlicePorts(JsonArray? ports)
    {
        foreach (var port in (ports ?? []).OfType<JsonObject>())
        {
            Set(port, "name", "");
            Set(port, "protocol", "TCP");
        }
    }
}
