using System.Collections.Concurrent;
using System.Text.Json;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator;

/// <summary>Applies child objects, and spares the request while the child is still as this process applied it.</summary>
internal sealed class AppliedObjects<T>(KubernetesClient client, Informer<T> cache, string fieldManager)
    where T : class, IResource<T>
{
    private readonly ConcurrentDictionary<ObjectKey, (string Text, string? Version)> _applied = new();

    public async Task ApplyAsync(T wanted, CancellationToken cancellationToken)
    {
        var key = wanted.Key();
        var text = JsonSerializer.Serialize(wanted, T.JsonType);
        if (_applied.TryGetValue(key, out var before) && before.Text == text && cache.Find(key)?.Metadata.ResourceVersion == before.Version)
        {
            return;
        }

        var applied = await client.Of<T>().ApplyAsync(wanted, new ApplyOptions(fieldManager), cancellationToken);
        _applied[key] = (text, applied.Metadata.ResourceVersion);
    }

    public void Forget(ObjectKey key) => _applied.TryRemove(key, out _);
}
