using System.Text.Json;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

// This part: what goes into the pods as it is.
public sealed partial record InferenceServiceSpec
{
    /// <summary>Environment variables after those that the operator sets.</summary>
    [CoreType("EnvVar")]
    public IReadOnlyList<JsonElement>? Env { get; init; }

    /// <summary>Volumes beside the model's own.</summary>
    [CoreType("Volume")]
    public IReadOnlyList<JsonElement>? ExtraVolumes { get; init; }

    /// <summary>Where the runtime's container mounts volumes beside the model's own.</summary>
    [CoreType("VolumeMount")]
    public IReadOnlyList<JsonElement>? ExtraVolumeMounts { get; init; }

    /// <summary>Probes in place of the runtime's own.</summary>
    public ProbeOverrides? ProbeOverrides { get; init; }

    /// <summary>Taints that the pods tolerate, beside the one of the GPUs.</summary>
    [CoreType("Toleration")]
    public IReadOnlyList<JsonElement>? Tolerations { get; init; }

    /// <summary>Labels that a node must have. An agent's machine is chosen by its Node's labels.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Rules about nodes and other pods.</summary>
    [CoreType("Affinity")]
    public JsonElement? Affinity { get; init; }

    /// <summary>How the replicas are spread over zones and nodes.</summary>
    [CoreType("TopologySpreadConstraint")]
    public IReadOnlyList<JsonElement>? TopologySpreadConstraints { get; init; }

    /// <summary>RuntimeClass of the pods.</summary>
    public string? RuntimeClassName { get; init; }

    /// <summary>Secrets with which images are pulled.</summary>
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    /// <summary>Annotations of the pods; they win over the operator's.</summary>
    public IReadOnlyDictionary<string, string>? PodAnnotations { get; init; }

    /// <summary>Labels of the pods; the operator's win over them.</summary>
    public IReadOnlyDictionary<string, string>? PodLabels { get; init; }

    /// <summary>Security context of the pods.</summary>
    [CoreType("PodSecurityContext")]
    public JsonElement? PodSecurityContext { get; init; }

    /// <summary>Security context of the runtime's container.</summary>
    [CoreType("SecurityContext")]
    public JsonElement? SecurityContext { get; init; }
}

/// <summary>Probes that replace the runtime's own, each as a whole.</summary>
public sealed record ProbeOverrides
{
    /// <summary>Replaces the startup probe.</summary>
    [CoreType("Probe")]
    public JsonElement? Startup { get; init; }

    /// <summary>Replaces the liveness probe.</summary>
    [CoreType("Probe")]
    public JsonElement? Liveness { get; init; }

    /// <summary>Replaces the readiness probe.</summary>
    [CoreType("Probe")]
    public JsonElement? Readiness { get; init; }
}
