using System.Text.Json;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>
/// What a service asks for that has no counterpart where its replicas are processes of one machine.
/// Nothing is ignored in silence: the operator says these things in the service's status.
/// </summary>
public static class HostLimits
{
    private const string PodsOnly = "has no counterpart for a process on a machine. Remove it, or place the service in a cluster.";

    /// <summary>The fields without a counterpart, each with what to do; empty when every field is honoured.</summary>
    public static IReadOnlyList<Finding> Of(InferenceServiceSpec service, ModelSpec model)
    {
        var findings = new Findings();
        foreach (var (field, isSet) in PodFieldsOf(service))
        {
            findings.AddIf(isSet, "spec." + field, $"{field} {PodsOnly}");
        }

        for (var i = 0; i < service.Env?.Count; i++)
        {
            findings.AddIf(
                service.Env[i].ValueKind == JsonValueKind.Object && service.Env[i].TryGetProperty("valueFrom", out var source) && TakesPodField(source),
                $"spec.env[{i}]",
                "A process has no pod whose fields a variable could take. Write the value, or take it from a Secret or a ConfigMap.");
        }

        findings.AddIf(
            Defaults.ServiceTypeOf(service) != ServiceTypes.ClusterIp,
            "spec.endpoint.type",
            $"The type {Defaults.ServiceTypeOf(service)} needs a cluster's network. Use ClusterIP; the router reaches it.");
        findings.AddIf(
            model.Hardware?.Gpu?.ResourceClaims is { Count: > 0 },
            "spec.modelRef",
            "The Model claims GPUs through dynamic resource allocation, which a machine without a cluster does not have. Use hardware.gpu.count.");
        return findings.All;
    }

    private static IEnumerable<(string Field, bool IsSet)> PodFieldsOf(InferenceServiceSpec service) =>
    [
        ("affinity", service.Affinity is { ValueKind: JsonValueKind.Object } affinity && affinity.EnumerateObject().Any()),
        ("topologySpreadConstraints", service.TopologySpreadConstraints is { Count: > 0 }),
        ("runtimeClassName", !string.IsNullOrEmpty(service.RuntimeClassName)),
        ("extraVolumes", service.ExtraVolumes is { Count: > 0 }),
        ("extraVolumeMounts", service.ExtraVolumeMounts is { Count: > 0 }),
        ("podSecurityContext", service.PodSecurityContext is { ValueKind: JsonValueKind.Object } pod && pod.EnumerateObject().Any()),
        ("securityContext", service.SecurityContext is { ValueKind: JsonValueKind.Object } container && container.EnumerateObject().Any()),
        ("autoscaling", service.Autoscaling is not null),
        ("resources.gpuSharing", Defaults.GpuSharingOf(service) != GpuSharingModes.Exclusive),
        ("endpoint.gateway", service.Endpoint?.Gateway?.Enabled == true),
    ];

    private static bool TakesPodField(JsonElement source) =>
        source.ValueKind == JsonValueKind.Object && (source.TryGetProperty("fieldRef", out _) || source.TryGetProperty("resourceFieldRef", out _));
}
