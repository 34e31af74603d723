using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>Looks after pods that run: lets nodes be emptied of those that have started, and replaces those that are too old.</summary>
internal sealed class PodCare(KubernetesClient client, EventRecorder events, IdleProbe idle, Capabilities capabilities, TimeProvider time)
{
    /// <summary>Does what is due now; after how long to look again, null where a change will say.</summary>
    public async Task<TimeSpan?> TendAsync(ObservedService observed, PodPlan plan, bool isSettled, CancellationToken cancellationToken)
    {
        foreach (var replica in observed.Replicas.Where(replica => replica is { IsReady: true, IsTerminating: false, IsProtected: true } && !IsProtectedAlways(observed.Service)))
        {
            await ReleaseAsync(new ObjectKey(observed.Service.Metadata.Namespace ?? "", replica.Name), cancellationToken);
        }

        return PodLifetime.Decide(observed.Service, observed.Replicas, isSettled, time.GetUtcNow()) switch
        {
            LifetimeDecision.Later later => later.Delay,
            LifetimeDecision.Expired expired => await ReplaceAsync(observed, plan, expired, cancellationToken),
            _ => null,
        };
    }

    /// <summary>What users write on pods is theirs.</summary>
    private static bool IsProtectedAlways(InferenceService service) =>
        service.Spec.Disruption?.ProtectAlways == true || service.Spec.PodAnnotations?.ContainsKey(Annotations.DoNotDisrupt) == true;

    /// <summary>Takes the mark off the pod alone: in the template it would roll all pods.</summary>
    private async Task ReleaseAsync(ObjectKey pod, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.DoNotDisrupt] = null } } };
        try
        {
            await client.Of<Pod>().PatchAsync(pod, Patch.Merge(patch), new PatchOptions { FieldManager = FieldManagers.Operator }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // It went meanwhile.
        }
    }

    private async Task<TimeSpan> ReplaceAsync(ObservedService observed, PodPlan plan, LifetimeDecision.Expired expired, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < expired.MayWaitUntil && await IsBusyAsync(observed, plan, expired.Pod, cancellationToken))
        {
            return RolloutGate.Interval;
        }

        var key = new ObjectKey(observed.Service.Metadata.Namespace ?? "", expired.Pod.Name);
        try
        {
            await EvictAsync(key, expired.Pod.Uid, cancellationToken);
            events.Normal(observed.Service, "PodRecycled", $"The pod {key.Name} has lived for spec.maxPodLifetimeSeconds and is replaced.");
        }
        catch (ApiException e) when (e.IsThrottled || e.IsForbidden || e.IsNotFound || e.IsConflict)
        {
            if (!e.IsNotFound && !e.IsConflict)
            {
                events.Warning(observed.Service, "PodRecycleForbidden", $"The pod {key.Name} has lived for spec.maxPodLifetimeSeconds and may not go yet: a disruption budget, or the operator's rights, forbid it.");
            }
        }

        return PodLifetime.Pause;
    }

    private async Task<bool> IsBusyAsync(ObservedService observed, PodPlan plan, ReplicaReport pod, CancellationToken cancellationToken) =>
        plan.Idle is null || observed.Cluster?.Deployment?.Spec?.Template?.Spec?.Containers?[0].Ports?[0].Port is not { } port
        || await idle.FindBusyAsync(plan.Idle, [(pod.Name, pod.Address)], port, cancellationToken) is not null;

    /// <summary>By the eviction API, which respects budgets; of this very pod, and not of one that took its name.</summary>
    private async Task EvictAsync(ObjectKey pod, string? uid, CancellationToken cancellationToken)
    {
        var eviction = new JsonObject
        {
            ["apiVersion"] = capabilities.DisruptionBudgets ? "policy/v1" : "policy/v1beta1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
            ["deleteOptions"] = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = uid } },
        };
        using var answer = await client.PostRawAsync(
            $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}/eviction", System.Text.Encoding.UTF8.GetBytes(eviction.ToJsonString()), cancellationToken);
    }
}
