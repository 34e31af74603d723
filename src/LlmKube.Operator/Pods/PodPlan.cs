using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods.Runtimes;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>Everything that shall be there for a service in pods.</summary>
internal sealed record PodPlan
{
    public required Deployment Deployment { get; init; }

    public required Service Service { get; init; }

    /// <summary>Null for none: one that is there is taken away.</summary>
    public HorizontalPodAutoscaler? Autoscaler { get; init; }

    /// <summary>The same for KEDA.</summary>
    public ScaledObject? ScaledObject { get; init; }

    public PodDisruptionBudget? Budget { get; init; }

    /// <summary>Claims to create where they are missing.</summary>
    public IReadOnlyList<PersistentVolumeClaim> Claims { get; init; } = [];

    /// <summary>What publishes it through a gateway; null for none: what is there is taken away.</summary>
    public GatewayObjects? Gateway { get; init; }

    /// <summary>Its objective; null for none: one that is there is taken away.</summary>
    public ServiceLevelObjective? Objective { get; init; }

    /// <summary>How its pods say that they are idle; null where they cannot.</summary>
    public IdleSignal? Idle { get; init; }

    public required string Message { get; init; }
}

/// <summary>A plan, or why there is none.</summary>
internal abstract record PodDecision
{
    private PodDecision()
    {
    }

    internal sealed record Planned(PodPlan Plan) : PodDecision;

    /// <summary>A person must act.</summary>
    internal sealed record Refused(string Reason, string Message) : PodDecision;
}

/// <summary>Decides what a service needs in a cluster. No I/O.</summary>
internal static class PodPlanner
{
    public static PodDecision Plan(InferenceService service, Model model, Model? draft, ObservedCluster cluster)
    {
        if (model.Spec.Hardware?.Gpu?.ResourceClaims is { Count: > 0 } && !cluster.Capabilities.ResourceClaims)
        {
            return new PodDecision.Refused(
                ServiceReasons.UnsupportedByCluster, "The Model asks for GPUs through resource claims, and this cluster does not serve resource.k8s.io/v1. Use hardware.gpu.count, or a newer cluster.");
        }

        var stored = StoragePlanner.Plan(service, model, draft, cluster.Settings, cluster.Capabilities.Minor);
        if (stored is StorageDecision.Refused refused)
        {
            return new PodDecision.Refused(refused.Reason, refused.Message);
        }

        var storage = ((StorageDecision.Planned)stored).Plan;
        if (storage.Claims.FirstOrDefault(claim => !claim.Made && !cluster.Claims.ContainsKey(claim.Name)) is { } missing)
        {
            return new PodDecision.Refused(
                ServiceReasons.ClaimNotFound, $"There is no PersistentVolumeClaim {missing.Name} in namespace {service.Metadata.Namespace}. Create it; the service goes on by itself.");
        }

        var context = new RuntimeContext(service, model, storage, GpuRequest.Of(service.Spec, model.Spec));
        var runtime = RuntimeContainers.Of(context);
        if (PodTemplate.Build(context, runtime, cluster.Settings) is not { } template)
        {
            return new PodDecision.Refused(
                ServiceReasons.ImageMissing, $"The runtime {Defaults.RuntimeOf(service.Spec)} has no image of its own. Name one in spec.image.");
        }

        var ns = service.Metadata.Namespace ?? "";
        return new PodDecision.Planned(new PodPlan
        {
            Deployment = DeploymentObject.Of(service, model, template, ReplicasOf(service, cluster)),
            Service = ServiceObject.ForPods(service),
            ScaledObject = cluster.UsesKeda ? ScaledObjects.Of(service, runtime.LoadMetric, cluster.Settings.PrometheusAddress!) : null,
            Autoscaler = cluster.Capabilities.Autoscaling && !cluster.UsesKeda ? AutoscalerObject.Of(service, runtime.LoadMetric) : null,
            Budget = cluster.Capabilities.DisruptionBudgets ? AutoscalerObject.BudgetOf(service) : null,
            Claims = [.. storage.Claims.Where(claim => claim.Made && !cluster.Claims.ContainsKey(claim.Name)).Select(claim => CacheClaimObject.Of(claim, ns, service, cluster.Settings.Cache))],
            Gateway = cluster.Capabilities.AiGateway ? GatewayObjects.Of(service) : null,
            Objective = cluster.Capabilities.Objectives ? ObjectiveObject.Of(service) : null,
            Idle = IdleSignal.Of(service, runtime),
            Message = storage.Message,
        });
    }

    /// <summary>
    /// What is declared; where an autoscaler decides, the number that it set, which is said along so that it is never dropped to the
    /// default. A suspended service has none, and comes back with what its autoscaler may begin with.
    /// </summary>
    private static int ReplicasOf(InferenceService service, ObservedCluster cluster)
    {
        if (service.Spec.Autoscaling is not { } autoscaling || service.Spec.Suspend == true || !cluster.Scales)
        {
            return Defaults.DesiredReplicasOf(service.Spec);
        }

        var least = autoscaling.MinReplicas ?? 1;
        return Math.Max(least, Math.Min(cluster.ScaledReplicas ?? least, autoscaling.MaxReplicas ?? int.MaxValue));
    }
}
