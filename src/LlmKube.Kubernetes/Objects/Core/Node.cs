using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>core/v1 Node: a machine.</summary>
public sealed record Node : IResource<Node>
{
    public static ResourceDefinition Definition { get; } = new("", "v1", "Node", "nodes", Namespaced: false);

    public static JsonTypeInfo<Node> JsonType => KubernetesJson.Default.Node;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public NodeSpec? Spec { get; init; }

    public NodeStatus? Status { get; init; }
}

/// <summary>core/v1 NodeSpec: the fields that this project reads or writes.</summary>
public sealed record NodeSpec
{
    public IReadOnlyList<Taint>? Taints { get; init; }

    public bool? Unschedulable { get; init; }
}

/// <summary>core/v1 Taint.</summary>
public sealed record Taint
{
    public required string Key { get; init; }

    public string? Value { get; init; }

    public required string Effect { get; init; }
}

/// <summary>core/v1 NodeStatus: the fields that this project reads or writes; quantities as text.</summary>
public sealed record NodeStatus
{
    public IReadOnlyDictionary<string, string>? Capacity { get; init; }

    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }

    public IReadOnlyList<PodCondition>? Conditions { get; init; }

    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    public NodeSystemInfo? NodeInfo { get; init; }
}

/// <summary>core/v1 NodeAddress.</summary>
public sealed record NodeAddress
{
    public required string Type { get; init; }

    public required string Address { get; init; }
}

/// <summary>core/v1 NodeSystemInfo: what <c>kubectl get nodes -o wide</c> shows of a machine.</summary>
public sealed record NodeSystemInfo
{
    public string? Architecture { get; init; }

    public string? OperatingSystem { get; init; }

    public string? OsImage { get; init; }

    public string? KernelVersion { get; init; }

    public string? KubeletVersion { get; init; }

    public string? ContainerRuntimeVersion { get; init; }
}
