using System.Collections.Immutable;
using Objects = System.Collections.Immutable.ImmutableSortedDictionary<LlmKube.Kubernetes.Objects.ObjectKey, LlmKube.ApiServer.Storage.StoredObject>;

namespace LlmKube.ApiServer.Storage;

/// <summary>
/// Everything stored at one revision. Immutable: whoever holds it reads a consistent view for as long as it likes,
/// which is what makes paged lists and snapshots cheap.
/// </summary>
internal sealed record StoreState(long Revision, ImmutableDictionary<ResourceCollection, Objects> Collections)
{
    public static StoreState Empty { get; } = new(0, ImmutableDictionary<ResourceCollection, Objects>.Empty);

    private static Objects NoObjects { get; } = Objects.Empty.WithComparers(ObjectKeyOrder.Instance);

    public Objects Of(ResourceCollection collection) => Collections.TryGetValue(collection, out var objects) ? objects : NoObjects;

    public StoredObject? Find(StoreKey key) => Of(key.Collection).TryGetValue(key.Object, out var found) ? found : null;

    /// <summary>The state after <paramref name="changes"/>, which are in order of revision.</summary>
    public StoreState With(IReadOnlyList<StoreEvent> changes)
    {
        if (changes.Count == 0)
        {
            return this;
        }

        var collections = Collections;
        foreach (var group in changes.GroupBy(change => change.Object.Key.Collection))
        {
            var objects = Of(group.Key).ToBuilder();
            foreach (var change in group)
            {
                if (change.Kind == StoreEventKind.Deleted)
                {
                    objects.Remove(change.Object.Key.Object);
                }
                else
                {
                    objects[change.Object.Key.Object] = change.Object;
                }
            }

            collections = objects.Count == 0 ? collections.Remove(group.Key) : collections.SetItem(group.Key, objects.ToImmutable());
        }

        return new StoreState(changes[^1].Object.Revision, collections);
    }
}

/// <summary>What happened to an object.</summary>
internal enum StoreEventKind
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One committed change. <see cref="Object"/> is the new version, or for a deletion the last one under the deletion's revision.</summary>
internal sealed record StoreEvent(StoreEventKind Kind, StoredObject Object, StoredObject? Previous)
{
    public long Revision => Object.Revision;
}
