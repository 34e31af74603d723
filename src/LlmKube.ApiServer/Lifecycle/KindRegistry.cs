using System.Collections.Immutable;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>The kinds that are served right now: the built-in ones, and those of the established definitions.</summary>
internal sealed class KindRegistry
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, IReadOnlyList<ServedKind>> _custom = ImmutableDictionary<string, IReadOnlyList<ServedKind>>.Empty;
    private Edition _edition = Edition.Of(BuiltInKinds.All, 1);

    public IReadOnlyList<ServedKind> All => Volatile.Read(ref _edition).Kinds;

    /// <summary>Changes whenever <see cref="All"/> does: whoever derives documents from it keeps them for as long.</summary>
    public int Version => Volatile.Read(ref _edition).Version;

    public ServedKind? Find(string group, string version, string plural) =>
        Volatile.Read(ref _edition).ByPath.TryGetValue((group, version, plural), out var kind) ? kind : null;

    /// <summary>The kind that an apiVersion and a kind name, as owner references do.</summary>
    public ServedKind? FindKind(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];

        // Another version of the group will do: the objects are the same.
        var candidates = All.Where(served => served.Definition.Group == group && served.Definition.Kind == kind).ToList();
        return candidates.Find(served => served.Definition.ApiVersion == apiVersion) ?? candidates.FirstOrDefault();
    }

    /// <summary>The kind of a stored object, in the version it is stored in if that is served.</summary>
    public ServedKind? FindStored(ResourceCollection collection, string apiVersion)
    {
        var candidates = All.Where(served => ResourceCollection.Of(served.Definition) == collection).ToList();
        return candidates.Find(served => served.Definition.ApiVersion == apiVersion) ?? candidates.FirstOrDefault();
    }

    /// <summary>What a definition serves from now on; nothing takes it out of the catalog.</summary>
    public void Set(string definition, IReadOnlyList<ServedKind> kinds)
    {
        lock (_gate)
        {
            _custom = kinds.Count == 0 ? _custom.Remove(definition) : _custom.SetItem(definition, kinds);
            IReadOnlyList<ServedKind> all = [.. BuiltInKinds.All, .. _custom.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value)];
            Volatile.Write(ref _edition, Edition.Of(all, _edition.Version + 1));
        }
    }

    private sealed record Edition(IReadOnlyList<ServedKind> Kinds, Dictionary<(string Group, string Version, string Plural), ServedKind> ByPath, int Version)
    {
        public static Edition Of(IReadOnlyList<ServedKind> kinds, int version) =>
            new(kinds, kinds.ToDictionary(kind => (kind.Definition.Group, kind.Definition.Version, kind.Definition.Plural)), version);
    }
}
