using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Router.Routing;

/// <summary>
/// All models at one instant. Immutable: a request holds one table for its life, and a change replaces the table whole.
/// </summary>
internal sealed class RouteTable
{
    /// <summary>The namespace that an unqualified model name means first.</summary>
    public const string DefaultNamespace = "default";

    private readonly FrozenDictionary<ObjectKey, ModelTarget> _byKey;
    private readonly FrozenDictionary<string, ImmutableArray<ModelTarget>> _byName;

    public RouteTable(IEnumerable<ModelTarget> targets)
    {
        Targets = [.. targets.OrderBy(t => t.Model.Name, StringComparer.Ordinal).ThenBy(t => t.Model.Namespace, StringComparer.Ordinal)];
        _byKey = Targets.ToFrozenDictionary(t => t.Model);
        _byName = Targets.GroupBy(t => t.Model.Name, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>By model name, then by namespace.</summary>
    public ImmutableArray<ModelTarget> Targets { get; }

    /// <summary>Every service that is tried beside another, whether it can answer or not.</summary>
    public ImmutableHashSet<ObjectKey> Tried { get; init; } = [];

    /// <summary>
    /// What a request's <c>model</c> means. <c>namespace/name</c> is always exact; a bare name is the one in
    /// <c>default</c>, else the only one of that name.
    /// </summary>
    public ModelLookup Find(string model)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            return _byKey.TryGetValue(new ObjectKey(model[..slash], model[(slash + 1)..]), out var exact)
                ? new ModelLookup.Found(exact)
                : ModelLookup.NotFound.Instance;
        }

        if (_byKey.TryGetValue(new ObjectKey(DefaultNamespace, model), out var inDefault))
        {
            return new ModelLookup.Found(inDefault);
        }

        return _byName.TryGetValue(model, out var named)
            ? named.Length == 1 ? new ModelLookup.Found(named[0]) : new ModelLookup.Ambiguous(named)
            : ModelLookup.NotFound.Instance;
    }

    /// <summary>The shortest name that <see cref="Find"/> resolves to this target.</summary>
    public string IdOf(ModelTarget target) =>
        Find(target.Model.Name) is ModelLookup.Found found && found.Target.Model == target.Model ? target.Model.Name : target.Model.ToString();
}

/// <summary>What a model name turned out to mean.</summary>
internal abstract record ModelLookup
{
    private ModelLookup()
    {
    }

    internal sealed record Found(ModelTarget Target) : ModelLookup;

    /// <summary>Several namespaces have the name and none of them is <c>default</c>.</summary>
    internal sealed record Ambiguous(ImmutableArray<ModelTarget> Candidates) : ModelLookup;

    internal sealed record NotFound : ModelLookup
    {
        public static readonly NotFound Instance = new();
    }
}
