using LlmKube.Models.Sources;

namespace LlmKube.Models.Oci;

/// <summary>The name of an image in a registry, with Docker's short forms written out.</summary>
/// <param name="Registry">Host, with a port where it has one.</param>
/// <param name="Repository">Path within the registry.</param>
/// <param name="Tag">The tag; null where only a digest names it.</param>
/// <param name="Digest">The digest that its manifest must have; null where a tag says which.</param>
public sealed record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    private const string DockerHub = "docker.io";
    private const string DockerHubRegistry = "registry-1.docker.io";

    /// <summary>What a registry is asked for: the digest, which wins, or the tag.</summary>
    public string Wanted => Digest ?? Tag ?? "latest";

    /// <summary>The host that answers for the registry.</summary>
    public string Host => Registry == DockerHub ? DockerHubRegistry : Registry;

    /// <summary>Whether it is on this machine, where registries speak without encryption as a rule.</summary>
    public bool IsLoopback => Registry.Split(':')[0] is "localhost" or "127.0.0.1" || Registry.StartsWith("[::1]", StringComparison.Ordinal);

    /// <summary>Reads <c>nginx</c>, <c>org/name:tag</c>, <c>registry:5000/path/name@sha256:…</c>; null where it is none.</summary>
    public static ImageReference? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var hasHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        var whole = hasHost ? text : $"{DockerHub}/{(slash < 0 ? "library/" : "")}{text}";
        if (!OciNames.IsValid(whole))
        {
            return null;
        }

        var (registry, rest) = (whole[..whole.IndexOf('/', StringComparison.Ordinal)], whole[(whole.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var (named, digest) = at < 0 ? (rest, null) : (rest[..at], rest[(at + 1)..]);
        var colon = named.LastIndexOf(':');
        var tag = colon < 0 ? digest is null ? "latest" : null : named[(colon + 1)..];
        return new ImageReference(registry, colon < 0 ? named : named[..colon], tag, digest);
    }

    /// <summary>The same image in another registry, below a path of it.</summary>
    /// <param name="registry">Host, and a path where there is one: <c>registry.site:5000/mirror</c>.</param>
    public ImageReference In(string registry)
    {
        var trimmed = registry.TrimEnd('/');
        var slash = trimmed.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? this with { Registry = trimmed } : this with { Registry = trimmed[..slash], Repository = $"{trimmed[(slash + 1)..]}/{Repository}" };
    }

    public override string ToString() => $"{Registry}/{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";
}
