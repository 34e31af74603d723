using LlmKube.Models.Sources;

namespace LlmKube.Cli.Hub;

/// <summary>What a client of a Hub asks for, by the path of its request. Pure.</summary>
internal abstract record HubRequest
{
    private const string Main = "main";

    private HubRequest()
    {
    }

    /// <summary>The bytes of a file.</summary>
    internal sealed record Resolve(string Repo, string Revision, string Path) : HubRequest;

    /// <summary>The files of a revision, or those below a folder.</summary>
    internal sealed record Tree(string Repo, string Revision, string Folder) : HubRequest;

    /// <summary>What is known of a revision.</summary>
    internal sealed record Info(string Repo, string Revision) : HubRequest;

    /// <summary>What is known of some files of a revision.</summary>
    internal sealed record PathsInfo(string Repo, string Revision) : HubRequest;

    /// <summary>Which file llama.cpp shall load of a repository.</summary>
    internal sealed record Manifest(string Repo, string Tag) : HubRequest;

    /// <summary>All repositories.</summary>
    internal sealed record Listing : HubRequest;

    /// <summary>Reads the path as it stands in the request, escapes and all: a revision may have slashes in it. Null for what no model is asked with.</summary>
    public static HubRequest? Parse(string target)
    {
        var path = target.Split('?')[0].Trim('/');
        var parts = path.Split('/');
        if (parts is ["api", "models"])
        {
            return new Listing();
        }

        if (parts is ["api", "models", ..])
        {
            return ParseApi(parts[2..]);
        }

        if (parts is ["v2", .. var named, "manifests", var tag] && RepoOf(named) is { } of)
        {
            return new Manifest(of, Uri.UnescapeDataString(tag));
        }

        var at = Array.IndexOf(parts, "resolve");
        return at is 1 or 2 && parts.Length > at + 2 && RepoOf(parts[..at]) is { } repo && PathOf(parts[(at + 2)..]) is { Length: > 0 } file
            ? new Resolve(repo, Uri.UnescapeDataString(parts[at + 1]), file)
            : null;
    }

    private static HubRequest? ParseApi(string[] parts)
    {
        var at = Array.FindIndex(parts, part => part is "tree" or "revision" or "paths-info");
        if (at < 0)
        {
            return RepoOf(parts) is { } plain ? new Info(plain, Main) : null;
        }

        if (RepoOf(parts[..at]) is not { } repo || parts.Length < at + 2)
        {
            return null;
        }

        var revision = Uri.UnescapeDataString(parts[at + 1]);
        return parts[at] switch
        {
            "tree" => PathOf(parts[(at + 2)..]) is { } folder ? new Tree(repo, revision, folder) : null,
            "revision" => new Info(repo, revision),
            _ => new PathsInfo(repo, revision),
        };
    }

    private static string? RepoOf(string[] parts)
    {
        var repo = string.Join('/', parts.Select(Uri.UnescapeDataString));
        return parts.Length is 1 or 2 && RelativePath.IsSafe(repo) ? repo : null;
    }

    /// <summary>Empty for the whole; null for what is no path.</summary>
    private static string? PathOf(string[] parts)
    {
        var path = string.Join('/', parts.Select(Uri.UnescapeDataString));
        return path.Length == 0 || RelativePath.IsSafe(path) ? path : null;
    }
}
