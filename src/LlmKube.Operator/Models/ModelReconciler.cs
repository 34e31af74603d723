using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Canaries;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Repositories;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Observe, decide, report. Every decision is in <see cref="ModelPlanner"/>, which does no I/O.</summary>
internal sealed class ModelReconciler(
    Informer<Model> models, VersionResolver versions, CanaryTrials canaries, ModelObserver observer, PrefetchJobs? prefetch, StatusReport report, OperatorOptions options, TimeProvider time) : IReconciler
{
    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (models.Find(key) is not { } model || model.IsBeingDeleted())
        {
            return Reconciled.Done;
        }

        var (resolved, unresolved) = await versions.ResolveAsync(model, cancellationToken);
        var meant = resolved is null ? Unresolved(model) : model with { Status = (model.Status ?? new ModelStatus()) with { ResolvedSource = resolved.Source, ResolvedSecret = resolved.Secret } };
        var observed = unresolved is null
            ? await observer.ObserveAsync(meant, cancellationToken) with { Resolved = resolved, Canary = await canaries.EnsureAsync(model, resolved, cancellationToken) }
            : new ObservedModel(model, null, unresolved) { IsUnresolved = true };
        if (prefetch is not null)
        {
            observed = observed with { Prefetch = await prefetch.EnsureAsync(meant, observed.File, cancellationToken) };
        }

        var plan = ModelPlanner.Plan(observed, time.GetUtcNow());
        await report.WriteAsync(
            model,
            model with { Status = plan.Status },
            model.Status?.Conditions,
            plan.Verdict,
            (changed, now) => changed with { Status = changed.Status! with { LastUpdated = now } },
            cancellationToken);

        // Neither a file system nor a web server sends events that can be relied on: the source is looked at again, cheaply.
        var soon = observed.File switch
        {
            ModelFile.Remote when observed.Prefetch is { IsRunning: true } => FetchLogs.Interval,
            ModelFile.Remote => options.DriftInterval,
            ModelFile.Unreachable unreachable => unreachable.RetryAfter,
            ModelFile.Found => options.RevalidateInterval,
            ModelFile.Declared or ModelFile.NotYet => options.DriftInterval,
            _ => options.BlockedInterval,
        };
        if (observed.Canary is { } canary && (canary.Phase == CanaryPhases.Progressing || canary.Phase != model.Status?.Canary?.Phase))
        {
            soon = CanaryTrials.Interval;
        }

        return Reconciled.LookAgainAfter(versions.LookAgainAfter(model) is { } poll && poll < soon ? poll : soon);
    }

    /// <summary>A Model that is of no versions any more is what its source says, whatever was chosen before.</summary>
    private static Model Unresolved(Model model) => model.Status?.ResolvedSource is null ? model : model with { Status = model.Status with { ResolvedSource = null, ResolvedSecret = null } };
}
