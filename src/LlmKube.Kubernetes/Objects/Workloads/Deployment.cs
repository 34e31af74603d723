using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>apps/v1 Deployment: equal pods, replaced in a rolling way.</summary>
public sealed record Deployment : IResource<Deployment>
{
    public static ResourceDefinition Definition { get; } = new("apps", "v1", "Deployment", "deployments", Namespaced: true);

    public static JsonTypeInfo<Deployment> JsonType => KubernetesJson.Default.Deployment;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public DeploymentSpec? Spec { get; init; }

    public DeploymentStatus? Status { get; init; }
}

/// <summary>apps/v1 DeploymentSpec.</summary>
public sealed record DeploymentSpec
{
    public int? Replicas { get; init; }

    public LabelSelector? Selector { get; init; }

    public DeploymentStrategy? Strategy { get; init; }

    public int? RevisionHistoryLimit { get; init; }

    public int? ProgressDeadlineSeconds { get; init; }

    public PodTemplateSpec? Template { get; init; }
}

/// <summary>meta/v1 LabelSelector, by equality alone.</summary>
public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }
}

/// <summary>apps/v1 DeploymentStrategy.</summary>
public sealed record DeploymentStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>Recreate</c>.</summary>
    public string? Type { get; init; }

    public RollingUpdateDeployment? RollingUpdate { get; init; }
}

/// <summary>apps/v1 RollingUpdateDeployment.</summary>
public sealed record RollingUpdateDeployment
{
    public IntOrString? MaxSurge { get; init; }

    public IntOrString? MaxUnavailable { get; init; }
}

/// <summary>apps/v1 DeploymentStatus.</summary>
public sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; init; }

    public int? Replicas { get; init; }

    public int? UpdatedReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public IReadOnlyList<PodCondition>? Conditions { get; init; }
}
