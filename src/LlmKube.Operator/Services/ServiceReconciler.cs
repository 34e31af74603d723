using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Operator.Services;

/// <summary>Observe, decide, apply, report. Every decision is in <see cref="ServicePlanner"/>, which does no I/O.</summary>
internal sealed class ServiceReconciler(
    ServiceObserver observer, AppliedObjects<Service> services, StatusReport report, OperatorOptions options, TimeProvider time) : IReconciler
{
    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (observer.Observe(key) is not { } observed)
        {
            return Reconciled.Done;
        }

        var plan = ServicePlanner.Plan(observed, options.RouterAddress, time.GetUtcNow());
        if (plan.WantsService)
        {
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
        return plan.Status.Placement is null ? Reconciled.Done : Reconciled.LookAgainAfter(options.AgentTimeout);
    }
}
