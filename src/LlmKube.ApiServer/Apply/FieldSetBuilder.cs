namespace LlmKube.ApiServer.Apply;

/// <summary>Collects paths into a <see cref="FieldSet"/>; one builder stands for one node of the tree.</summary>
internal sealed class FieldSetBuilder
{
    private Dictionary<string, FieldSetBuilder>? _children;

    public bool IsMember { get; set; }

    /// <summary>The builder one step further; it leaves no trace unless something below it becomes a member.</summary>
    public FieldSetBuilder Child(string element)
    {
        _children ??= new Dictionary<string, FieldSetBuilder>(StringComparer.Ordinal);
        if (!_children.TryGetValue(element, out var child))
        {
            child = new FieldSetBuilder();
            _children[element] = child;
        }

        return child;
    }

    public FieldSet Build()
    {
        var children = new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        foreach (var (element, child) in _children ?? [])
        {
            children[element] = child.Build();
        }

        return FieldSet.Of(IsMember, children);
    }
}
