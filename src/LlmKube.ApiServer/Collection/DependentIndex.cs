using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Collection;

/// <summary>Which objects name which owner, by the owner's uid.</summary>
internal sealed class DependentIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<StoreKey>> _byOwner = new(StringComparer.Ordinal);

    public void Observe(StoredObject? before, StoredObject? after)
    {
        if (before is { Owners.Count: 0 } or null && after is { Owners.Count: 0 } or null)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var owner in before?.Owners ?? [])
            {
                if (_byOwner.TryGetValue(owner.Uid, out var dependents) && dependents.Remove(before!.Key) && dependents.Count == 0)
                {
                    _byOwner.Remove(owner.Uid);
                }
            }

            foreach (var owner in after?.Owners ?? [])
            {
                if (!_byOwner.TryGetValue(owner.Uid, out var dependents))
                {
                    dependents = [];
                    _byOwner[owner.Uid] = dependents;
                }

                dependents.Add(after!.Key);
            }
        }
    }

    public IReadOnlyList<StoreKey> Of(string ownerUid)
    {
        lock (_gate)
        {
            return _byOwner.TryGetValue(ownerUid, out var dependents) ? [.. dependents] : [];
        }
    }
}
