using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>core/v1 PodTemplateSpec.</summary>
public sealed record PodTemplateSpec
{
    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public PodSpec? Spec { get; init; }
}

/// <summary>core/v1 PodSpec: the fields that this project reads or writes. What users write into it is kept as it is.</summary>
public sealed record PodSpec
{
    public string? NodeName { get; init; }

    public string? RestartPolicy { get; init; }

    public long? TerminationGracePeriodSeconds { get; init; }

    public string? ServiceAccountName { get; init; }

    public bool? AutomountServiceAccountToken { get; init; }

    public bool? EnableServiceLinks { get; init; }

    public string? PriorityClassName { get; init; }

    public string? RuntimeClassName { get; init; }

    public JsonElement? SecurityContext { get; init; }

    public IReadOnlyList<JsonElement>? ImagePullSecrets { get; init; }

    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    public IReadOnlyList<JsonElement>? Tolerations { get; init; }

    public JsonElement? Affinity { get; init; }

    public IReadOnlyList<JsonElement>? TopologySpreadConstraints { get; init; }

    public IReadOnlyList<JsonElement>? ResourceClaims { get; init; }

    public IReadOnlyList<Container>? InitContainers { get; init; }

    public IReadOnlyList<Container>? Containers { get; init; }

    public IReadOnlyList<JsonElement>? Volumes { get; init; }
}

/// <summary>core/v1 Container: the fields that this project reads or writes.</summary>
public sealed record Container
{
    public required string Name { get; init; }

    public string? Image { get; init; }

    public string? ImagePullPolicy { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Whether it has an input that someone may attach to.</summary>
    public bool? Stdin { get; init; }

    /// <summary>Whether its input ends with the first who attached.</summary>
    public bool? StdinOnce { get; init; }

    public IReadOnlyList<JsonElement>? Env { get; init; }

    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    public ResourceRequirements? Resources { get; init; }

    public IReadOnlyList<JsonElement>? VolumeMounts { get; init; }

    public JsonElement? StartupProbe { get; init; }

    public JsonElement? LivenessProbe { get; init; }

    public JsonElement? ReadinessProbe { get; init; }

    public JsonElement? SecurityContext { get; init; }

    public string? TerminationMessagePolicy { get; init; }
}

/// <summary>core/v1 ContainerPort.</summary>
public sealed record ContainerPort
{
    public string? Name { get; init; }

    [JsonPropertyName("containerPort")]
    public int Port { get; init; }

    public string? Protocol { get; init; }
}

/// <summary>core/v1 ResourceRequirements; quantities as text.</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, string>? Requests { get; init; }

    public IReadOnlyDictionary<string, string>? Limits { get; init; }

    /// <summary>Claims of the pod that the container uses (dynamic resource allocation).</summary>
    public IReadOnlyList<JsonElement>? Claims { get; init; }
}
