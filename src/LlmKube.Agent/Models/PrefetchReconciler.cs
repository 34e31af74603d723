using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Models;

/// <summary>Fetches Models that ask for it (<c>spec.prefetch</c>) before any service does.</summary>
internal sealed class PrefetchReconciler(Informer<Model> models, ModelSupply supply) : IReconciler
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(15);

    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (models.Find(key) is not { Spec.Prefetch: true, Status: { Phase: ModelPhases.Ready, Path: not { Length: > 0 } } } model || model.IsBeingDeleted())
        {
            return Reconciled.Done;
        }

        return await supply.FindAsync(model, cancellationToken) is Supplied.Here ? Reconciled.Done : Reconciled.LookAgainAfter(s_interval);
    }
}
