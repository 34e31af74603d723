using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>The conditions of a service: its verdict's, and one for each thing that a person may wonder about. Pure.</summary>
internal static class ServiceConditions
{
    public const string HostFieldsApplied = "HostFieldsApplied";
    public const string PodFieldsApplied = "PodFieldsApplied";

    /// <summary>All that are known now.</summary>
    /// <param name="verdict">What is thought of the service.</param>
    /// <param name="observed">What it was made from.</param>
    /// <param name="hostedModel">Its Model, where processes on a host serve it.</param>
    public static IEnumerable<Condition> Of(Verdict verdict, ObservedService observed, Model? hostedModel)
    {
        var generation = observed.Service.Metadata.Generation;
        Condition?[] own =
        [
            Suspended(observed), AutoscalingReady(observed), RolloutDeferred(observed), hostedModel is null ? GatewayReady(observed) : null, hostedModel is null ? ObjectiveReady(observed) : null,
            hostedModel is null ? PodFields(observed) : HostFields(observed.Service, hostedModel),
        ];
        return [.. VerdictConditions.Of(verdict, generation), .. own.OfType<Condition>().Select(condition => condition with { ObservedGeneration = generation })];
    }

    private static Condition Suspended(ObservedService observed)
    {
        var suspended = observed.Service.Spec.Suspend == true;
        return Say(
            ConditionTypes.Suspended, suspended, suspended ? ServiceReasons.Suspended : ServiceReasons.NotSuspended, suspended ? "spec.suspend is true." : "spec.suspend is not set.");
    }

    private static Condition? AutoscalingReady(ObservedService observed) => observed.Service.Spec.Autoscaling is null || observed.Cluster is not { Scales: false } ? null : Say(
        ConditionTypes.AutoscalingReady, false, ServiceReasons.AutoscalingUnavailable, "This cluster does not serve autoscaling/v2, so spec.replicas decides. Kubernetes 1.23 and later serve it.");

    /// <summary>Whether new pods wait; and that they do no more, where it was said that they do.</summary>
    private static Condition? RolloutDeferred(ObservedService observed)
    {
        var noted = observed.Service.Status?.Conditions.IsTrue(ConditionTypes.RolloutDeferred) == true;
        return (observed.Rollout ?? (noted ? RolloutGate.None : null)) is { } rollout ? Say(ConditionTypes.RolloutDeferred, rollout.IsDeferred, rollout.Reason, rollout.Message) : null;
    }

    /// <summary>Whether a gateway has it, where that is asked for.</summary>
    private static Condition? GatewayReady(ObservedService observed)
    {
        if (observed.Cluster is not { } cluster || observed.Service.Spec.Endpoint?.Gateway is not { Enabled: true, GatewayRef: { } gateway })
        {
            var noted = observed.Service.Status?.Conditions.IsTrue(ConditionTypes.GatewayReady) == true;
            return noted ? Say(ConditionTypes.GatewayReady, false, "NotExposed", "spec.endpoint.gateway is not enabled.") : null;
        }

        if (!cluster.Capabilities.AiGateway)
        {
            return Say(ConditionTypes.GatewayReady, false, "GatewayCRDsNotInstalled", "This cluster does not serve Envoy AI Gateway's resources (aigateway.envoyproxy.io/v1beta1), so no route is written. Install it, or publish the Service by other means.");
        }

        var accepted = cluster.Accepted;
        return accepted is { Status: Condition.True }
            ? Say(ConditionTypes.GatewayReady, true, "Exposed", $"The gateway {gateway.Name} has it as the model {GatewayObjects.ModelNameOf(observed.Service)}.")
            : Say(ConditionTypes.GatewayReady, false, "NotAccepted", accepted?.Message is { Length: > 0 } why ? $"The gateway {gateway.Name} has not taken the route: {why}" : $"The route is written; the gateway {gateway.Name} has not said that it took it.");
    }

    /// <summary>Whether monitoring has the objective, where there is one.</summary>
    private static Condition? ObjectiveReady(ObservedService observed)
    {
        if (observed.Cluster is not { } cluster || observed.Service.Spec.Slo is null)
        {
            return null;
        }

        return !cluster.Capabilities.Objectives ? Say(ConditionTypes.SloReady, false, "PyrraNotInstalled", "This cluster does not serve pyrra.dev/v1alpha1, so the objective is not written. Install Pyrra, or take spec.slo away.")
            : !ObjectiveObject.IsMeasured(observed.Service.Spec) ? Say(ConditionTypes.SloReady, false, "IndicatorUnsupportedForRuntime", "Only vLLM counts how long requests take. Use spec.slo.indicator: availability, or the runtime vllm.")
            : Say(ConditionTypes.SloReady, true, "SLOCreated", "The objective is written for Pyrra.");
    }

    private static Condition? PodFields(ObservedService observed) => observed.Cluster is null || PodLimits.Of(observed.Service.Spec) is not { Count: > 0 } limits ? null : Say(
        PodFieldsApplied, false, "NotApplied", $"Not everything that is declared is applied: {Finding.Summarize(limits)}");

    private static Condition HostFields(InferenceService service, Model model)
    {
        var without = HostLimits.Of(service.Spec, model.Spec);
        return without.Count == 0
            ? Say(HostFieldsApplied, true, "AllApplied", "Every field of the spec is applied.")
            : Say(HostFieldsApplied, false, "NoCounterpart", $"A process on a host has no counterpart for {string.Join(", ", without.Select(finding => finding.Path).Order(StringComparer.Ordinal))}: these fields take effect in a Kubernetes cluster only.");
    }

    private static Condition Say(string type, bool holds, string reason, string message) => new() { Type = type, Status = holds ? Condition.True : Condition.False, Reason = reason, Message = message };
}
