using System.Collections.Immutable;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Caching;

/// <summary>
/// The objects of one cache and their indexes. One writer; any number of readers, each of which sees one whole snapshot.
/// </summary>
internal sealed class ObjectStore<T>
    where T : class, IResource
{
    private volatile Snapshot _current = Snapshot.Empty;
    private ImmutableDictionary<string, Func<T, IEnumerable<string>>> _indexes = ImmutableDictionary<string, Func<T, IEnumerable<string>>>.Empty;

    internal T? Find(ObjectKey key) => _current.Objects.GetValueOrDefault(key);

    internal IReadOnlyCollection<T> List() => _current.List;

    internal IReadOnlyList<T> ByIndex(string index, string value)
    {
        if (!_indexes.ContainsKey(index))
        {
            throw new ArgumentException($"There is no index '{index}' over {typeof(T).Name}: declare it with IndexBy before the cache runs.", nameof(index));
        }

        return _current.Indexed.TryGetValue((index, value), out var found) ? [.. found.Values] : [];
    }

    /// <summary>Declares an index; the store must still be empty.</summary>
    internal void IndexBy(string name, Func<T, IEnumerable<string>> values) => _indexes = _indexes.Add(name, values);

    /// <summary>Adds or replaces one object; null when this version is known already.</summary>
    internal IReadOnlyList<Change<T>> Set(T item)
    {
        var key = item.Key();
        var old = Find(key);
        if (old is not null && IsSameVersion(old, item))
        {
            return [];
        }

        var before = _current;
        var indexed = before.Indexed.ToBuilder();
        Unindex(indexed, key, old);
        Index(indexed, key, item);
        _current = new Snapshot(before.Objects.SetItem(key, item), indexed.ToImmutable());
        return Between(old, item);
    }

    internal IReadOnlyList<Change<T>> Remove(ObjectKey key, T last)
    {
        if (Find(key) is not { } old)
        {
            return [];
        }

        var before = _current;
        var indexed = before.Indexed.ToBuilder();
        Unindex(indexed, key, old);
        _current = new Snapshot(before.Objects.Remove(key), indexed.ToImmutable());
        return [new Change<T>(last, New: null)];
    }

    /// <summary>Swaps everything at once and says what differs; what is missing is gone.</summary>
    internal IReadOnlyList<Change<T>> Replace(IEnumerable<T> items)
    {
        var before = _current.Objects;
        var objects = ImmutableDictionary.CreateBuilder<ObjectKey, T>();
        var indexed = Snapshot.Empty.Indexed.ToBuilder();
        var changes = new List<Change<T>>();
        foreach (var item in items)
        {
            var key = item.Key();
            var old = before.GetValueOrDefault(key);

            // The known instance stays, so that a relist without news leaves every reference as it was.
            var kept = old is not null && IsSameVersion(old, item) ? old : item;
            objects[key] = kept;
            Index(indexed, key, kept);
            if (!ReferenceEquals(kept, old))
            {
                changes.AddRange(Between(old, item));
            }
        }

        changes.AddRange(before.Where(known => !objects.ContainsKey(known.Key)).Select(known => new Change<T>(known.Value, New: null)));
        _current = new Snapshot(objects.ToImmutable(), indexed.ToImmutable());
        return changes;
    }

    /// <summary>An object that was deleted and made again under its old name is two objects.</summary>
    private static IReadOnlyList<Change<T>> Between(T? old, T item) =>
        old is not null && old.Metadata.Uid != item.Metadata.Uid
            ? [new Change<T>(old, New: null), new Change<T>(Old: null, item)]
            : [new Change<T>(old, item)];

    private static bool IsSameVersion(T a, T b) =>
        a.Metadata.ResourceVersion is not null && a.Metadata.ResourceVersion == b.Metadata.ResourceVersion && a.Metadata.Uid == b.Metadata.Uid;

    private void Index(ImmutableDictionary<(string Index, string Value), ImmutableSortedDictionary<ObjectKey, T>>.Builder indexed, ObjectKey key, T item)
    {
        foreach (var (name, values) in _indexes)
        {
            foreach (var value in values(item))
            {
                var found = indexed.GetValueOrDefault((name, value)) ?? ImmutableSortedDictionary.Create<ObjectKey, T>(ByName.Instance);
                indexed[(name, value)] = found.SetItem(key, item);
            }
        }
    }

    private void Unindex(ImmutableDictionary<(string Index, string Value), ImmutableSortedDictionary<ObjectKey, T>>.Builder indexed, ObjectKey key, T? old)
    {
        if (old is null)
        {
            return;
        }

        foreach (var (name, values) in _indexes)
        {
            foreach (var value in values(old))
            {
                if (indexed.TryGetValue((name, value), out var found))
                {
                    var rest = found.Remove(key);
                    if (rest.IsEmpty)
                    {
                        indexed.Remove((name, value));
                    }
                    else
                    {
                        indexed[(name, value)] = rest;
                    }
                }
            }
        }
    }

    /// <summary>Everything at one moment.</summary>
    private sealed record Snapshot(
        ImmutableDictionary<ObjectKey, T> Objects,
        ImmutableDictionary<(string Index, string Value), ImmutableSortedDictionary<ObjectKey, T>> Indexed)
    {
        private readonly Lazy<IReadOnlyCollection<T>> _list = new(() => [.. Objects.OrderBy(entry => entry.Key, ByName.Instance).Select(entry => entry.Value)]);

        internal static Snapshot Empty { get; } = new(
            ImmutableDictionary<ObjectKey, T>.Empty,
            ImmutableDictionary<(string, string), ImmutableSortedDictionary<ObjectKey, T>>.Empty);

        internal IReadOnlyCollection<T> List => _list.Value;
    }
}

/// <summary>Namespace, then name: a stable order for whoever plans from a list.</summary>
internal sealed class ByName : IComparer<ObjectKey>
{
    internal static readonly ByName Instance = new();

    public int Compare(ObjectKey x, ObjectKey y)
    {
        var order = string.CompareOrdinal(x.Namespace, y.Namespace);
        return order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
    }
}
