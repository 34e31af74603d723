using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Local;

/// <summary>
/// Claims on one machine: each PersistentVolumeClaim is a folder below the home, made when the claim is. The folder of a claim that was
/// deleted stays: what is in it may be somebody's only copy.
/// </summary>
internal sealed class ClaimFolders(string home, KubernetesClient client, ControllerHostOptions host) : IReconciler
{
    private const string Manager = "llmkube-volumes";
    private Informer<PersistentVolumeClaim>? _claims;

    /// <summary>The folder of a claim; null where there is no such claim.</summary>
    public string? Find(string ns, string name) => _claims?.Find(new ObjectKey(ns, name)) is null ? null : FolderOf(ns, name);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var controllers = new ControllerHost(client, host);
        _claims = controllers.Cache<PersistentVolumeClaim>();
        controllers.For<PersistentVolumeClaim>("claims").With(this, 1);
        await controllers.RunAsync(cancellationToken);
    }

    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_claims?.Find(key) is not { } claim || claim.IsBeingDeleted())
        {
            return Reconciled.Done;
        }

        Directory.CreateDirectory(FolderOf(key.Namespace, key.Name));
        var bound = claim with
        {
            Status = new PersistentVolumeClaimStatus { Phase = "Bound", AccessModes = claim.Spec?.AccessModes, Capacity = claim.Spec?.Resources?.Requests },
        };
        await client.ApplyStatusAsync(claim, bound, Manager, cancellationToken);
        return Reconciled.Done;
    }

    private string FolderOf(string ns, string name) => LocalOptions.ClaimFolder(home, ns, name);
}
