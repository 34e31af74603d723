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
    private readonly KubernetesClient _client;
    private readonly Informer<T> _cache;
    private readonly AppliedObjects<T> _applied;

    public OptionalChild(KubernetesClient client, ControllerHost host, InformerOptions options)
    {
        (_client, _cache) = (client, host.Cache<T>(options));
        _applied = new AppliedObjects<T>(client, _cache, FieldManagers.Operator);
    }

    /// <summary>Brings the child of that name to what is wanted; one that another object owns is left alone.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="owner">The uid of the service.</param>
    /// <param name="wanted">The child; null for none.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task BringAsync(ObjectKey key, string? owner, T? wanted, CancellationToken cancellationToken)
    {
        if (wanted is not null)
        {
            await _applied.ApplyAsync(wanted, cancellationToken);
        }
        else if (_cache.Find(key) is { } live && live.FindController()?.Uid == owner)
        {
            _applied.Forget(key);
            await _client.Of<T>().DeleteAsync(key, new DeleteOptions { Uid = live.Metadata.Uid }, cancellationToken);
        }
    }
}
