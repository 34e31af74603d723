using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>A verdict on a service, with the phase and the scheduling words that go with it.</summary>
internal sealed record ServiceVerdict(Verdict Verdict, string Phase)
{
    public string? SchedulingStatus { get; init; }

    public string? SchedulingMessage { get; init; }

    /// <summary>The resource and the number that are short, as <c>nvidia.com/gpu: 2</c>.</summary>
    public string? WaitingFor { get; init; }
}

/// <summary>The rules about a service; the first that speaks wins, so the list reads as the specification.</summary>
internal static class ServiceRules
{
    private const int RestartsUntilStalled = 3;

    /// <summary>What a container waits for while those before it run.</summary>
    private const string PodInitializing = "PodInitializing";

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
        IsRollingOut,
        IsReady,
        WaitsForGpu,
        DoesNotFit,
        CannotFetch,
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

    /// <summary>Enough replicas answer, but not all of them are what is asked for by now.</summary>
    private static ServiceVerdict? IsRollingOut(ObservedService observed, PlacementDecision? placement)
    {
        if (observed.Rollout is { IsDeferred: true } || placement is not PlacementDecision.Pods { Plan.Deployment: var wanted } || observed.ReadyEndpoints < observed.DesiredReplicas || observed.Cluster?.Deployment is not { } live)
        {
            return null;
        }

        var isCurrent = HashOf(live) == HashOf(wanted)
            && live.Status?.ObservedGeneration >= live.Metadata.Generation
            && (live.Status?.UpdatedReplicas ?? 0) >= observed.DesiredReplicas
            && (live.Status?.Replicas ?? 0) <= (live.Status?.UpdatedReplicas ?? 0);
        return isCurrent ? null : new(
            new Verdict.Waiting(ServiceReasons.RollingOut, "New pods replace those that run. Requests are answered meanwhile, unless the pods hold the only GPUs."),
            ServicePhases.Progressing);
    }

    private static string? HashOf(Deployment deployment) => deployment.Metadata.Annotations?.GetValueOrDefault(Annotations.DesiredTemplateHash);

    private static ServiceVerdict? WaitsForGpu(ObservedService observed, PlacementDecision? placement)
    {
        if (observed.Model is null || observed.Cluster is not { } cluster || placement is not PlacementDecision.Pods || observed.ReadyEndpoints > 0)
        {
            return null;
        }

        var gpu = GpuRequest.Of(observed.Service.Spec, observed.Model.Spec);
        if (gpu.Count == 0 || !observed.Replicas.Any(replica => !replica.IsTerminating && replica.UnscheduledMessage?.Contains($"Insufficient {gpu.ResourceName}", StringComparison.Ordinal) == true))
        {
            return null;
        }

        // The verdict's sentence stays the same while the stock changes; the numbers of the moment are the scheduling message's.
        var verdict = new Verdict.Waiting(
            ServiceReasons.InsufficientGpu, $"It waits for GPUs: each replica asks for {gpu.Count} of {gpu.ResourceName}. It starts by itself when a node has them free.");
        return new(verdict, ServicePhases.WaitingForGpu)
        {
            SchedulingStatus = ServiceReasons.WaitingForGpu,
            SchedulingMessage = $"{gpu.Count} of {gpu.ResourceName} asked, {cluster.Gpus.Total} in the cluster, of which services of LLMKube hold {cluster.Gpus.Held}; place {cluster.QueuePosition} in the queue.",
            WaitingFor = $"{gpu.ResourceName}: {gpu.Count}",
        };
    }

    private static ServiceVerdict? CannotFetch(ObservedService observed, PlacementDecision? placement)
    {
        if (observed.ReadyEndpoints > 0 || observed.Replicas.FirstOrDefault(replica => replica is { FetchFailure: not null, IsTerminating: false })?.FetchFailure is not { } failure)
        {
            return null;
        }

        var message = failure.Heals ? $"Fetching the model is tried again: {failure.Message}" : $"Fetching the model failed: {failure.Message}";
        return new(
            failure.Heals ? new Verdict.Waiting(ServiceReasons.ModelFetchFailed, message) : new Verdict.Blocked(ServiceReasons.ModelFetchFailed, message),
            ServicePhases.Creating);
    }

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
        if (observed.Replicas.Any(replica => replica is { IsFetching: true, IsTerminating: false }))
        {
            return new(new Verdict.Waiting(ServiceReasons.FetchingModel, "The model is being fetched into the store."), ServicePhases.Creating);
        }

        var waiting = observed.Replicas.FirstOrDefault(replica => !replica.IsTerminating && replica.WaitingReason is not null && (replica.WaitingReason != PodInitializing || replica.WaitingMessage is { Length: > 0 }));
        return new(
            new Verdict.Waiting(
                ServiceReasons.Creating,
                waiting?.WaitingMessage ?? (!observed.Replicas.Any(replica => replica.IsReported) ? "The replicas are being created." : "The engine is loading the model.")),
            ServicePhases.Creating);
    }
}
