using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;

namespace LlmKube.Operator.Pods;

/// <summary>A kind of child that a service has or has not: it is applied where it is wanted, and taken away where it is not.</summary>
internal sealed class OptionalChild<T>
    where T : class, IResource<T>
{
    private const string ByOwner = "owner";

    private readonly KubernetesClient _client;
    private readonly Informer<T> _cache;
    private readonly AppliedObjects<T> _applied;

    public OptionalChild(KubernetesClient client, ControllerHost host, InformerOptions options)
    {
        (_client, _cache) = (client, host.Cache<T>(options).IndexBy(ByOwner, child => child.FindController() is { } owner ? [owner.Uid] : []));
        _applied = new AppliedObjects<T>(client, _cache, FieldManagers.Operator);
    }

    /// <summary>Brings what the service owns of the kind to what is wanted; what others own is left alone.</summary>
    /// <param name="owner">The uid of the service.</param>
    /// <param name="wanted">The child; null for none.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task BringAsync(string owner, T? wanted, CancellationToken cancellationToken)
    {
        if (wanted is not null)
        {
            await _applied.ApplyAsync(wanted, cancellationToken);
        }

        foreach (var live in _cache.ByIndex(ByOwner, owner).Where(live => wanted is null || live.Key() != wanted.Key()))
        {
            _applied.Forget(live.Key());
            await _client.Of<T>().DeleteAsync(live.Key(), new DeleteOptions { Uid = live.Metadata.Uid }, cancellationToken);
        }
    }
}
