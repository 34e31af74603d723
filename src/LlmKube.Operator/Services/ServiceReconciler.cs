using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Pods;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Services;

/// <summary>Observe, decide, apply, report. Every decision is in <see cref="ServicePlanner"/>, which does no I/O.</summary>
internal sealed class ServiceReconciler(
    ServiceObserver observer, AppliedObjects<Service> services, PodObjects? pods, FetchLogs? fetches, IdleProbe? idle, PodCare? care, StatusReport report, OperatorOptions options, TimeProvider time) : IReconciler
{
    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await PassAsync(key, cancellationToken);
        }
        catch (ApiException e) when (e.IsForbidden && e.Message.Contains("is being terminated", StringComparison.Ordinal))
        {
            // The namespace is on its way out, and the service with it.
            return Reconciled.Done;
        }
    }

    private async Task<Reconciled> PassAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (observer.Observe(key) is not { } observed)
        {
            return Reconciled.Done;
        }

        var isFetching = fetches is not null && observed.Replicas.Any(IsFetching);
        if (isFetching)
        {
            observed = observed with { Replicas = await WithProgressAsync(key.Namespace, observed.Replicas, cancellationToken) };
        }

        var plan = ServicePlanner.Plan(observed, options.RouterAddress, time.GetUtcNow());
        if (plan.Pods is { } planned && await RolloutAsync(observed, planned, cancellationToken) is { } rollout)
        {
            observed = observed with { Rollout = rollout };
            plan = ServicePlanner.Plan(observed, options.RouterAddress, time.GetUtcNow());
        }

        var isDeferred = observed.Rollout is { IsDeferred: true };
        if (plan.Pods is { } wanted)
        {
            await pods!.ApplyAsync(wanted, isDeferred, cancellationToken);
        }
        else if (plan.WantsService)
        {
            await (pods?.RemoveAsync(observed.Service, cancellationToken) ?? Task.CompletedTask);
            await services.ApplyAsync(ServiceObject.ForHost(observed.Service), cancellationToken);
        }

        // What routers counted is theirs: it is no difference to what the operator wants to say.
        await report.WriteAsync(
            observed.Service with { Status = observed.Service.Status is { } reported ? reported with { Traffic = null } : null },
            observed.Service with { Status = plan.Status },
            observed.Service.Status?.Conditions,
            plan.Verdict,
            (service, now) => service with { Status = service.Status! with { LastUpdated = now } },
            cancellationToken);

        var tended = plan.Pods is { } tends && care is not null ? await care.TendAsync(observed, tends, isSettled: plan.Status.Phase == ServicePhases.Ready && !isDeferred, cancellationToken) : null;

        // A node whose heartbeat stops sends no event: a service that runs somewhere is looked at again in time to notice.
        // What it waits for may have come just before it began to wait.
        return plan.Placement switch
        {
            _ when isDeferred => Reconciled.LookAgainAfter(RolloutGate.Interval),
            _ when isFetching => Reconciled.LookAgainAfter(FetchLogs.Interval),
            PlacementDecision.Host => Reconciled.LookAgainAfter(options.AgentTimeout),
            PlacementDecision.Waiting or PlacementDecision.Impossible => Reconciled.LookAgainAfter(options.BlockedInterval),
            _ => tended is { } delay ? Reconciled.LookAgainAfter(delay) : Reconciled.Done,
        };
    }

    /// <summary>Whether new pods wait; null where none are wanted, or nobody asked for it.</summary>
    private async Task<RolloutDelay?> RolloutAsync(ObservedService observed, PodPlan plan, CancellationToken cancellationToken)
    {
        if (idle is null || observed.Cluster?.Deployment is not { } live || !RolloutGate.Applies(observed.Service, live, plan.Deployment))
        {
            return null;
        }

        var port = live.Spec?.Template?.Spec?.Containers?[0].Ports?[0].Port;
        var running = observed.Replicas.Where(replica => !replica.IsTerminating).Select(replica => (replica.Name, replica.Address)).ToList();
        var canBeAsked = plan.Idle is not null && port is not null;
        var busy = canBeAsked ? await idle.FindBusyAsync(plan.Idle!, running, port!.Value, cancellationToken) : null;
        return RolloutGate.Decide(observed.Service, canBeAsked, busy, time.GetUtcNow());
    }

    private static bool IsFetching(ReplicaReport replica) => replica is { IsFetching: true, IsTerminating: false };

    /// <summary>The first that fetches speaks for all: they share what it fetches.</summary>
    private async Task<IReadOnlyList<ReplicaReport>> WithProgressAsync(string ns, IReadOnlyList<ReplicaReport> replicas, CancellationToken cancellationToken)
    {
        var first = replicas.First(IsFetching);
        var progress = await fetches!.FindAsync(new ObjectKey(ns, first.Name), cancellationToken);
        return [.. replicas.Select(replica => replica == first ? replica with { Fetch = progress } : replica)];
    }
}
