using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Finds repositories in the cache folder that the Hub's own clients share: <c>models--org--name/{refs,snapshots,blobs}</c>.</summary>
public static class HubCache
{
    private const string DefaultBranch = "main";

    /// <summary>The snapshot's folder of a source; null where the cache has not got it.</summary>
    public static string? Find(string? cacheFolder, ModelSource.HuggingFace source)
    {
        if (cacheFolder is null)
        {
            return null;
        }

        var folder = FolderOf(cacheFolder, source.Repo);
        return Snapshot(folder, source.Revision ?? DefaultBranch) is { } snapshot && (source.File is null || Path.Exists(Path.Combine(snapshot, source.File))) ? snapshot : null;
    }

    /// <summary>The folder of a repository.</summary>
    internal static string FolderOf(string cacheFolder, string repo) => Path.Combine(cacheFolder, $"models--{repo.Replace("/", "--", StringComparison.Ordinal)}");

    /// <summary>Where the files of a repository's folder are, if the folder is one of a Hub cache; else null.</summary>
    public static string? Snapshot(string folder, string revision = DefaultBranch)
    {
        if (!RelativePath.IsSafe(revision))
        {
            return null;
        }

        var reference = Path.Combine(folder, "refs", revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
        var snapshot = Path.Combine(folder, "snapshots", commit);
        return commit.Length == 40 && commit.All(char.IsAsciiHexDigit) && Directory.Exists(snapshot) ? snapshot : null;
    }
}
