using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.Runtimes;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Services;

/// <summary>What is thought of a service, its status, and where it shall run.</summary>
internal sealed record ServicePlan(Verdict Verdict, InferenceServiceStatus Status, PlacementDecision? Placement)
{
    /// <summary>Whether the Service of processes on a host shall be there.</summary>
    public bool WantsService => Placement is PlacementDecision.Host;

    /// <summary>What shall be there in the cluster; null where nothing is decided, and then what is there stays.</summary>
    public PodPlan? Pods => (Placement as PlacementDecision.Pods)?.Plan;
}

/// <summary>Decides a service's place and status from everything observed. No I/O.</summary>
internal static class ServicePlanner
{
    public static ServicePlan Plan(ObservedService observed, Uri? routerAddress, DateTimeOffset now)
    {
        var service = observed.Service;
        var placement = observed.Model is { } model && observed.Findings.Count == 0 && (observed.Cluster is null || AreResolved(observed))
            ? PlacementPlanner.Plan(observed, model)
            : null;
        var judged = ServiceRules.Judge(observed, placement);
        var host = placement as PlacementDecision.Host;
        var status = new InferenceServiceStatus
        {
            Phase = judged.Phase,
            Mode = ServingMode.Of(service.Spec),
            ReadyReplicas = observed.ReadyEndpoints,
            DesiredReplicas = observed.DesiredReplicas,
            Replicas = observed.DesiredReplicas,
            Selector = Labels.SelectorTextOf(service.Metadata.Name ?? ""),
            Endpoint = EndpointOf(service, routerAddress, host is not null),
            ModelReady = observed.Model?.Status?.Phase == ModelPhases.Ready,
            SchedulingStatus = judged.SchedulingStatus,
            SchedulingMessage = judged.SchedulingMessage,
            QueuePosition = judged.Phase == ServicePhases.WaitingForGpu ? observed.Cluster?.QueuePosition : null,
            WaitingFor = judged.WaitingFor,
            EffectivePriority = Priority.WeightOf(service.Spec.Priority),
            Placement = placement switch
            {
                PlacementDecision.Host on => new PlacementStatus { Type = PlacementTypes.Host, NodeName = on.NodeName, Reason = on.Message },
                PlacementDecision.Pods pods => new PlacementStatus { Type = PlacementTypes.Pods, Reason = pods.Message },
                _ => service.Status?.Placement,
            },
            ObservedGeneration = service.Metadata.Generation,
            Gateway = GatewayOf(observed, placement),
            Fetch = observed.Replicas.FirstOrDefault(replica => replica is { IsTerminating: false, Fetch: not null })?.Fetch,
            LastUpdated = service.Status?.LastUpdated,
            Conditions = Conditions.Merge(service.Status?.Conditions, ServiceConditions.Of(judged.Verdict, observed, host is null ? null : observed.Model), now),
        };
        return new ServicePlan(judged.Verdict, status, placement);
    }

    private static GatewayStatus? GatewayOf(ObservedService observed, PlacementDecision? placement) =>
        placement is PlacementDecision.Pods { Plan.Gateway: not null } ? new GatewayStatus
        {
            RouteReady = observed.Cluster?.Accepted?.Status == Condition.True,
            ModelName = GatewayObjects.ModelNameOf(observed.Service),
        } : null;

    /// <summary>A pod needs to know which file it opens; what runs for a model whose source is in trouble goes on as it is.</summary>
    private static bool AreResolved(ObservedService observed) =>
        observed.Model?.Status?.Phase == ModelPhases.Ready && observed.DraftModel?.Status?.Phase is null or ModelPhases.Ready;

    /// <summary>On a host, clients go through the router, which knows the service by its name; in a cluster, to the Service.</summary>
    private static string EndpointOf(InferenceService service, Uri? routerAddress, bool onHost)
    {
        var path = Defaults.EndpointPathOf(service.Spec);
        return onHost && routerAddress is not null
            ? new Uri(routerAddress, path).ToString()
            : ServiceNames.EndpointOf(service.Metadata.Name ?? "", service.Metadata.Namespace ?? "", Defaults.ServicePortOf(service.Spec), path);
    }
}
