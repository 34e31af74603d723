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
