using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Pods;

namespace LlmKube.Operator.Services;

/// <summary>Observe, decide, apply, report. Every decision is in <see cref="ServicePlanner"/>, which does no I/O.</summary>
internal sealed class ServiceReconciler(
    ServiceObserver observer, AppliedObjects<Service> services, PodObjects? pods, FetchLogs? fetches, StatusReport report, OperatorOptions options, TimeProvider time) : IReconciler
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
        if (plan.Pods is { } wanted)
        {
            await pods!.ApplyAsync(wanted, cancellationToken);
        }
        else if (plan.WantsService)
        {
            await (pods?.RemoveAsync(observed.Service, cancellationToken) ?? Task.CompletedTask);
            await services.ApplyAsync(ServiceObject.ForHost(observed.Service), cancellationToken);
        }

        await report.WriteAsync(
            observed.Service,
            observed.Service with { Status = plan.Status },
            observed.Service.Status?.Conditions,
            plan.Verdict,
            (service, now) => service with { Status = service.Status! with { LastUpdated = now } },
            cancellationToken);

        // A node whose heartbeat stops sends no event: a service that runs somewhere is looked at again in time to notice.
        // What it waits for may have come just before it began to wait.
        return plan.Placement switch
        {
            _ when isFetching => Reconciled.LookAgainAfter(FetchLogs.Interval),
            PlacementDecision.Host => Reconciled.LookAgainAfter(options.AgentTimeout),
            PlacementDecision.Waiting or PlacementDecision.Impossible => Reconciled.LookAgainAfter(options.BlockedInterval),
            _ => Reconciled.Done,
        };
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
