using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>A verdict on a service, with the phase and the scheduling words that go with it.</summary>
internal sealed record ServiceVerdict(Verdict Verdict, string Phase)
{
    public string? SchedulingStatus { get; init; }

    public string? SchedulingMessage { get; init; }
}

/// <summary>The rules about a service; the first that speaks wins, so the list reads as the specification.</summary>
internal static class ServiceRules
{
    private const int RestartsUntilStalled = 3;

    private static readonly Func<ObservedService, PlacementDecision?, ServiceVerdict?>[] s_rules =
    [
        SpecIsInvalid,
        ModelIsMissing,
        ModelIsNotReady,
        DraftModelIsMissingOrNotReady,
        IsSuspended,
        IsScaledToZero,
        HasNoPlace,
        ItsAgentIsSilent,
        IsReady,
        DoesNotFit,
        KeepsCrashing,
        IsPartlyReady,
        IsStarting,
    ];

    public static ServiceVerdict Judge(ObservedService observed, PlacementDecision? placement)
    {
        foreach (var rule in s_rules)
        {
            if (rule(observed, placement) is { } verdict)
            {
                return verdict;
            }
        }

        throw new System.Diagnostics.UnreachableException();
    }

    private static ServiceVerdict? SpecIsInvalid(ObservedService observed, PlacementDecision? placement) =>
        observed.Findings.Count == 0 ? null : new(
            new Verdict.Blocked(ServiceReasons.InvalidSpec, Finding.Summarize(observed.Findings)),
            ServicePhases.Failed);

    private static ServiceVerdict? ModelIsMissing(ObservedService observed, PlacementDecision? placement) =>
        observed.Model is not null ? null : new(
            new Verdict.Blocked(
                ServiceReasons.ModelNotFound,
                $"Model not found: there is no Model {observed.Service.Spec.ModelRef} in namespace {observed.Service.Metadata.Namespace}. Create it, or correct spec.modelRef."),
            ServicePhases.Failed);

    private static ServiceVerdict? ModelIsNotReady(ObservedService observed, PlacementDecision? placement) => NotReady(observed.Model!);

    private static ServiceVerdict? DraftModelIsMissingOrNotReady(ObservedService observed, PlacementDecision? placement)
    {
        if (observed.Service.Spec.SpeculativeDecoding?.DraftModelRef is not { Length: > 0 } name)
        {
            return null;
        }

        return observed.DraftModel is { } draft
            ? NotReady(draft)
            : new(
                new Verdict.Blocked(
                    ServiceReasons.ModelNotFound,
                    $"Model not found: the draft Model {name} does not exist in namespace {observed.Service.Metadata.Namespace}. Create it, or correct spec.speculativeDecoding.draftModelRef."),
                ServicePhases.Failed);
    }

    private static ServiceVerdict? NotReady(Model model)
    {
        if (model.Status?.Phase == ModelPhases.Ready)
        {
            return null;
        }

        var why = model.Status?.Conditions.FindReady()?.Message;
        var message = why is null ? $"The Model {model.Metadata.Name} is not ready yet." : $"The Model {model.Metadata.Name} is not ready: {why}";

        // What holds the Model up holds the service up: where a person must mend the one, nobody need wait for the other.
        return new(
            model.Status?.Conditions.IsTrue(ConditionTypes.Stalled) == true ? new Verdict.Blocked(ServiceReasons.ModelNotReady, message) : new Verdict.Waiting(ServiceReasons.ModelNotReady, message),
            ServicePhases.Pending);
    }

    private static ServiceVerdict? IsSuspended(ObservedService observed, PlacementDecision? placement) =>
        observed.Service.Spec.Suspend != true ? null : new(
            new Verdict.Off(ServiceReasons.Suspended, "It is suspended: spec.suspend is true."), ServicePhases.Suspended);

    private static ServiceVerdict? IsScaledToZero(ObservedService observed, PlacementDecision? placement) =>
        observed.DesiredReplicas != 0 ? null : new(
            new Verdict.Off(ServiceReasons.ManuallyScaledToZero, "It is scaled to zero: spec.replicas is 0."), ServicePhases.Stopped);

    private static ServiceVerdict? HasNoPlace(ObservedService observed, PlacementDecision? placement) => placement switch
    {
        PlacementDecision.Impossible impossible => new(new Verdict.Blocked(impossible.Reason, impossible.Message), ServicePhases.Failed)
        {
            SchedulingStatus = impossible.Reason,
            SchedulingMessage = impossible.Message,
        },
        PlacementDecision.Waiting waiting => new(new Verdict.Waiting(waiting.Reason, waiting.Message), ServicePhases.Creating)
        {
            SchedulingStatus = waiting.Reason,
            SchedulingMessage = waiting.Message,
        },
        _ => null,
    };

    private static ServiceVerdict? ItsAgentIsSilent(ObservedService observed, PlacementDecision? placement)
    {
        if (placement is not PlacementDecision.Host host || observed.Agents.Any(agent => agent.Name == host.NodeName && agent.IsAlive))
        {
            return null;
        }

        var message = $"The agent on {host.NodeName} has not been heard of for a while, so nobody knows whether its replicas answer. Look at that machine: llmkube up, or llmkube agent, must run there.";
        return new(new Verdict.Waiting(ServiceReasons.AgentHeartbeatStale, message), ServicePhases.Creating)
        {
            SchedulingStatus = ServiceReasons.AgentHeartbeatStale,
            SchedulingMessage = message,
        };
    }

    private static ServiceVerdict? IsReady(ObservedService observed, PlacementDecision? placement) =>
        observed.ReadyEndpoints < observed.DesiredReplicas ? null : new(
            new Verdict.Ready(
                ServiceReasons.InferenceReady,
                observed.DesiredReplicas == 1 ? "The replica answers requests." : $"All {observed.DesiredReplicas} replicas answer requests."),
            ServicePhases.Ready);

    private static ServiceVerdict? DoesNotFit(ObservedService observed, PlacementDecision? placement)
    {
        if (observed.Replicas.FirstOrDefault(replica => replica.UnscheduledReason is not null && !replica.IsTerminating) is not { } replica)
        {
            return null;
        }

        var message = replica.UnscheduledMessage ?? "A replica could not be scheduled.";
        var some = observed.ReadyEndpoints > 0;
        return new(new Verdict.Blocked(replica.UnscheduledReason!, message), some ? ServicePhases.Progressing : ServicePhases.Creating)
        {
            SchedulingStatus = replica.UnscheduledReason,
            SchedulingMessage = message,
        };
    }

    private static ServiceVerdict? KeepsCrashing(ObservedService observed, PlacementDecision? placement)
    {
        var crashing = observed.Replicas.FirstOrDefault(replica =>
            !replica.IsTerminating && !replica.IsReady && replica.WaitingReason is not null && replica.Restarts >= RestartsUntilStalled);
        return crashing is null || observed.ReadyEndpoints > 0 ? null : new(
            new Verdict.Blocked(ServiceReasons.Failed, crashing.WaitingMessage ?? "The engine keeps ending. See its log: llmkube logs."),
            ServicePhases.Failed);
    }

    private static ServiceVerdict? IsPartlyReady(ObservedService observed, PlacementDecision? placement) =>
        observed.ReadyEndpoints == 0 ? null : new(
            new Verdict.Waiting(ServiceReasons.Progressing, "Some replicas answer requests, others are being started."), ServicePhases.Progressing);

    private static ServiceVerdict? IsStarting(ObservedService observed, PlacementDecision? placement)
    {
        var waiting = observed.Replicas.FirstOrDefault(replica => !replica.IsTerminating && replica.WaitingReason is not null);
        return new(
            new Verdict.Waiting(
                ServiceReasons.Creating,
                waiting?.WaitingMessage ?? (!observed.Replicas.Any(replica => replica.IsReported) ? "The replicas are being created." : "The engine is loading the model.")),
            ServicePhases.Creating);
    }
}
