using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator;

/// <summary>Applies child objects, and spares the request while the child is still as this process applied it.</summary>
internal sealed class AppliedObjects<T>(KubernetesClient client, Informer<T> cache, string fieldManager)
    where T : class, IResource<T>
{
    private readonly ConcurrentDictionary<ObjectKey, Applied> _applied = new();

    public async Task ApplyAsync(T wanted, CancellationToken cancellationToken)
    {
        var key = wanted.Key();

        // A digest stands for what was applied: thousands of objects are not held twice.
        var print = new Guid(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(wanted, T.JsonType)).AsSpan(0, 16));
        if (_applied.TryGetValue(key, out var before) && before.Print == print && cache.Find(key) is { } live && IsAsApplied(wanted.Metadata, live.Metadata, before))
        {
            return;
        }

        var applied = await client.Of<T>().ApplyAsync(wanted, new ApplyOptions(fieldManager), cancellationToken);
        _applied[key] = new Applied(print, applied.Metadata.ResourceVersion, applied.Metadata.Generation);
    }

    public void Forget(ObjectKey key) => _applied.TryRemove(key, out _);

    /// <summary>Where a kind counts the generations of its spec, its status may change as it likes.</summary>
    private static bool IsAsApplied(ObjectMeta wanted, ObjectMeta live, Applied before) => before.Generation is { } generation
        ? live.Generation == generation && Has(live.Labels, wanted.Labels) && Has(live.Annotations, wanted.Annotations)
        : live.ResourceVersion == before.Version;

    private static bool Has(IReadOnlyDictionary<string, string>? live, IReadOnlyDictionary<string, string>? wanted) =>
        wanted is null || wanted.All(pair => live?.GetValueOrDefault(pair.Key) == pair.Value);

    private sealed record Applied(Guid Print, string? Version, long? Generation);
}
