using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>policy/v1 PodDisruptionBudget: how many pods may be taken away at once when nodes are emptied.</summary>
public sealed record PodDisruptionBudget : IResource<PodDisruptionBudget>
{
    public static ResourceDefinition Definition { get; } = new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", Namespaced: true);

    public static JsonTypeInfo<PodDisruptionBudget> JsonType => KubernetesJson.Default.PodDisruptionBudget;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public PodDisruptionBudgetSpec? Spec { get; init; }
}

/// <summary>policy/v1 PodDisruptionBudgetSpec.</summary>
public sealed record PodDisruptionBudgetSpec
{
    public LabelSelector? Selector { get; init; }

    public IntOrString? MaxUnavailable { get; init; }
}
