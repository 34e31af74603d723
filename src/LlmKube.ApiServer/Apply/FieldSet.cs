namespace LlmKube.ApiServer.Apply;

/// <summary>
/// An immutable set of field paths, as a tree: a node says whether the path to it is in the set, and which longer paths are.
/// </summary>
internal sealed class FieldSet
{
    public static readonly FieldSet Empty = new(isMember: false, []);

    /// <summary>What stands at the end of a path that is in the set.</summary>
    public static readonly FieldSet Leaf = new(isMember: true, []);

    private readonly Dictionary<string, FieldSet> _children;

    private FieldSet(bool isMember, Dictionary<string, FieldSet> children)
    {
        IsMember = isMember;
        _children = children;
    }

    /// <summary>Whether the path that ends here is in the set.</summary>
    public bool IsMember { get; }

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    public bool IsEmpty => !IsMember && _children.Count == 0;

    /// <summary>Builds a node; empty children are left out, so that <see cref="IsEmpty"/> needs no search.</summary>
    public static FieldSet Of(bool isMember, Dictionary<string, FieldSet> children)
    {
        foreach (var (element, child) in children)
        {
            if (child.IsEmpty)
            {
                children.Remove(element);
            }
        }

        return children.Count > 0 ? new FieldSet(isMember, children) : isMember ? Leaf : Empty;
    }

    public static FieldSet OfPath(params ReadOnlySpan<string> path)
    {
        var set = Leaf;
        for (var i = path.Length - 1; i >= 0; i--)
        {
            set = new FieldSet(isMember: false, new(StringComparer.Ordinal) { [path[i]] = set });
        }

        return set;
    }

    public FieldSet Find(string element) => _children.GetValueOrDefault(element, Empty);

    public bool Contains(params ReadOnlySpan<string> path)
    {
        var set = this;
        foreach (var element in path)
        {
            set = set.Find(element);
        }

        return set.IsMember;
    }

    public FieldSet Union(FieldSet other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
        {
            return this;
        }

        if (IsEmpty)
        {
            return other;
        }

        var children = new Dictionary<string, FieldSet>(_children, StringComparer.Ordinal);
        foreach (var (element, child) in other._children)
        {
            children[element] = Find(element).Union(child);
        }

        return Of(IsMember || other.IsMember, children);
    }

    public FieldSet Intersect(FieldSet other)
    {
        var (few, many) = _children.Count <= other._children.Count ? (this, other) : (other, this);
        var children = new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        foreach (var (element, child) in few._children)
        {
            children[element] = child.Intersect(many.Find(element));
        }

        return Of(IsMember && other.IsMember, children);
    }

    /// <summary>The paths that are in this set and not in the other.</summary>
    public FieldSet Except(FieldSet other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return this;
        }

        var children = new Dictionary<string, FieldSet>(_children, StringComparer.Ordinal);
        foreach (var (element, child) in other._children)
        {
            if (children.TryGetValue(element, out var mine))
            {
                children[element] = mine.Except(child);
            }
        }

        return Of(IsMember && !other.IsMember, children);
    }

    /// <summary>The paths of this set that neither are in the other set nor lie below one that is.</summary>
    public FieldSet ExceptTrees(FieldSet other)
    {
        if (other.IsMember)
        {
            return Empty;
        }

        if (other._children.Count == 0)
        {
            return this;
        }

        var children = new Dictionary<string, FieldSet>(_children, StringComparer.Ordinal);
        foreach (var (element, child) in other._children)
        {
            if (children.TryGetValue(element, out var mine))
            {
                children[element] = mine.ExceptTrees(child);
            }
        }

        return Of(IsMember, children);
    }

    public bool SetEquals(FieldSet other) =>
        ReferenceEquals(this, other)
        || (IsMember == other.IsMember && _children.Count == other._children.Count
            && _children.All(child => other._children.TryGetValue(child.Key, out var theirs) && child.Value.SetEquals(theirs)));

    /// <summary>Every path of the set, parents before children, in the order of their texts.</summary>
    public IEnumerable<IReadOnlyList<string>> Paths() => Paths([]);

    private IEnumerable<IReadOnlyList<string>> Paths(IReadOnlyList<string> prefix)
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (element, child) in _children.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            foreach (var path in child.Paths([.. prefix, element]))
            {
                yield return path;
            }
        }
    }
}
