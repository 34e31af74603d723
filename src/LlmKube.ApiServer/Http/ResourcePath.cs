namespace LlmKube.ApiServer.Http;

/// <summary>A path below <c>/api/v1</c> or <c>/apis/group/version</c> that names a collection, an object or a part of one.</summary>
internal sealed record ResourcePath(string Group, string Version, string Plural, string Namespace, string? Name, string? Subresource)
{
    /// <summary>What follows <c>proxy/</c>: the path that a service's own API sees.</summary>
    public string ProxiedPath { get; init; } = "";

    /// <summary>Reads a path of a resource; null for every other path.</summary>
    public static ResourcePath? Find(string path)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return steps switch
        {
            ["api", var version, .. { Length: > 0 } rest] => OfRest("", version, rest),
            ["apis", var group, var version, .. { Length: > 0 } rest] => OfRest(group, version, rest),
            _ => null,
        };
    }

    private static ResourcePath? OfRest(string group, string version, string[] rest) => rest switch
    {
        // A namespace's own parts come first: everything else below a namespace's name is a collection in it.
        ["namespaces", var name, "status" or "finalize"] => new(group, version, "namespaces", "", name, rest[2]),
        ["namespaces", var name] => new(group, version, "namespaces", "", name, null),
        ["namespaces", var ns, var plural] => new(group, version, plural, ns, null, null),
        ["namespaces", var ns, var plural, var name] => new(group, version, plural, ns, name, null),
        ["namespaces", var ns, var plural, var name, "proxy", .. var path] => new(group, version, plural, ns, name, "proxy") { ProxiedPath = string.Join('/', path) },
        ["namespaces", var ns, var plural, var name, var part] => new(group, version, plural, ns, name, part),
        [var plural] => new(group, version, plural, "", null, null),
        [var plural, var name] => new(group, version, plural, "", name, null),
        [var plural, var name, var part] => new(group, version, plural, "", name, part),
        _ => null,
    };
}
