using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>core/v1 Pod: one replica, whether a container or a process of an agent stands behind it.</summary>
public sealed record Pod : IResource<Pod>
{
    public static ResourceDefinition Definition { get; } = new("", "v1", "Pod", "pods", Namespaced: true);

    public static JsonTypeInfo<Pod> JsonType => KubernetesJson.Default.Pod;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public PodSpec? Spec { get; init; }

    public PodStatus? Status { get; init; }
}

/// <summary>core/v1 PodSpec: the fields that this project reads or writes.</summary>
public sealed record PodSpec
{
    public string? NodeName { get; init; }

    public string? RestartPolicy { get; init; }

    public long? TerminationGracePeriodSeconds { get; init; }

    public IReadOnlyList<Container>? Containers { get; init; }

    public IReadOnlyList<Container>? InitContainers { get; init; }
}

/// <summary>core/v1 Container: the fields that this project reads or writes.</summary>
public sealed record Container
{
    public required string Name { get; init; }

    public string? Image { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    public ResourceRequirements? Resources { get; init; }
}

/// <summary>core/v1 ContainerPort.</summary>
public sealed record ContainerPort
{
    public string? Name { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("containerPort")]
    public int Port { get; init; }

    public string? Protocol { get; init; }
}

/// <summary>core/v1 ResourceRequirements; quantities as text.</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, string>? Requests { get; init; }

    public IReadOnlyDictionary<string, string>? Limits { get; init; }
}
