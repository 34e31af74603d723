using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.Runtimes;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>What is thought of a service, its status, and whether its Kubernetes Service shall be there.</summary>
internal sealed record ServicePlan(Verdict Verdict, InferenceServiceStatus Status, bool WantsService);

/// <summary>Decides a service's place and status from everything observed. No I/O.</summary>
internal static class ServicePlanner
{
    public const string HostFieldsApplied = "HostFieldsApplied";

    public static ServicePlan Plan(ObservedService observed, Uri? routerAddress, DateTimeOffset now)
    {
        var service = observed.Service;
        var placement = observed.Model is { } model && observed.Findings.Count == 0
            ? PlacementPlanner.Plan(service, model, observed.Agents)
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
            EffectivePriority = Priority.WeightOf(service.Spec.Priority),
            Placement = host is null
                ? service.Status?.Placement
                : new PlacementStatus { Type = PlacementTypes.Host, NodeName = host.NodeName, Reason = host.Message },
            ObservedGeneration = service.Metadata.Generation,
            Fetch = observed.Replicas.FirstOrDefault(replica => !replica.IsTerminating)?.Fetch,
            LastUpdated = service.Status?.LastUpdated,
            Conditions = Conditions.Merge(service.Status?.Conditions, Wanted(judged.Verdict, service, host is null ? null : observed.Model), now),
        };
        return new ServicePlan(judged.Verdict, status, WantsService: host is not null);
    }

    private static IEnumerable<Condition> Wanted(Verdict verdict, InferenceService service, Model? hostedModel)
    {
        foreach (var condition in VerdictConditions.Of(verdict, service.Metadata.Generation))
        {
            yield return condition;
        }

        var suspended = service.Spec.Suspend == true;
        yield return new Condition
        {
            Type = ConditionTypes.Suspended,
            Status = suspended ? Condition.True : Condition.False,
            Reason = suspended ? ServiceReasons.Suspended : ServiceReasons.NotSuspended,
            Message = suspended ? "spec.suspend is true." : "spec.suspend is not set.",
            ObservedGeneration = service.Metadata.Generation,
        };

        if (hostedModel is not null)
        {
            var without = HostLimits.Of(service.Spec, hostedModel.Spec);
            yield return new Condition
            {
                Type = HostFieldsApplied,
                Status = without.Count == 0 ? Condition.True : Condition.False,
                Reason = without.Count == 0 ? "AllApplied" : "NoCounterpart",
                Message = without.Count == 0
                    ? "Every field of the spec is applied."
                    : $"A process on a host has no counterpart for {string.Join(", ", without.Select(finding => finding.Path).Order(StringComparer.Ordinal))}: these fields take effect in a Kubernetes cluster only.",
                ObservedGeneration = service.Metadata.Generation,
            };
        }
    }

    /// <summary>On a host, clients go through the router, which knows the service by its name; in a cluster, to the Service.</summary>
    private static string EndpointOf(InferenceService service, Uri? routerAddress, bool onHost)
    {
        var path = Defaults.EndpointPathOf(service.Spec);
        return onHost && routerAddress is not null
            ? new Uri(routerAddress, path).ToString()
            : ServiceNames.EndpointOf(service.Metadata.Name ?? "", service.Metadata.Namespace ?? "", Defaults.ServicePortOf(service.Spec), path);
    }
}
