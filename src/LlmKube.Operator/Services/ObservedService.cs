using LlmKube.Operator.Placement;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>Everything that the decision about an InferenceService needs.</summary>
internal sealed record ObservedService
{
    public required InferenceService Service { get; init; }

    /// <summary>Null when the service names a Model that does not exist.</summary>
    public Model? Model { get; init; }

    /// <summary>The Model of <c>spec.speculativeDecoding.draftModelRef</c>, where one is named and exists.</summary>
    public Model? DraftModel { get; init; }

    /// <summary>What is wrong with the spec.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public IReadOnlyList<AgentNode> Agents { get; init; } = [];

    public IReadOnlyList<ReplicaReport> Replicas { get; init; } = [];

    /// <summary>What the cluster shows; null where services run in processes alone.</summary>
    public ObservedCluster? Cluster { get; init; }

    /// <summary>Whether new pods wait; null where nothing is to be replaced, or nobody asked to wait.</summary>
    public RolloutDelay? Rollout { get; init; }

    /// <summary>Endpoints that take requests.</summary>
    public int ReadyEndpoints { get; init; }

    /// <summary>Replicas that are wanted: none while suspended; what the autoscaler asks for, where one decides.</summary>
    public int DesiredReplicas => Service.Spec is { Autoscaling: { } autoscaling, Suspend: not true } && Cluster is { Scales: true } cluster
        ? Math.Max(cluster.ScaledReplicas ?? 0, autoscaling.MinReplicas ?? 1)
        : Defaults.DesiredReplicasOf(Service.Spec);
}
