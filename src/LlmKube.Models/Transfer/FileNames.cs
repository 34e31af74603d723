using LlmKube.Models.Backends;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Models.Transfer;

/// <summary>Holds the names that a place gives its files against what a folder can take.</summary>
internal static class FileNames
{
    /// <summary>Null where every name is one path below the folder and no two of them meet, even on a disk that does not tell case.</summary>
    public static ModelFailure? Refuse(IReadOnlyList<RemoteFile> files) => Refuse([.. files.Select(file => file.Path)]);

    /// <inheritdoc cref="Refuse(IReadOnlyList{RemoteFile})"/>
    public static ModelFailure? Refuse(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return new ModelFailure(FailureKind.NotFound, "the source has no files. Check its path, and the patterns that choose among its files.");
        }

        if (paths.FirstOrDefault(path => !RelativePath.IsSafe(path) || path.TrimEnd('/').Equals(ModelStoreLayout.MetadataFileName, StringComparison.OrdinalIgnoreCase)) is { } unsafeName)
        {
            return new ModelFailure(FailureKind.Refused, $"the source names a file '{Printable(unsafeName)}', which is no path below the model's folder, or one that the store keeps for itself. Nothing was fetched.");
        }

        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            if (!seen.TryAdd(path, path))
            {
                return new ModelFailure(FailureKind.Refused, $"the source has two files whose names differ in case alone: '{seen[path]}' and '{path}'. Exclude one of them.");
            }
        }

        foreach (var path in paths)
        {
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (seen.TryGetValue(path[..slash], out var clash))
                {
                    return new ModelFailure(FailureKind.Refused, $"the source names '{clash}' as a file, and '{path}' makes it a folder. Exclude one of them.");
                }
            }
        }

        return null;
    }

    private static string Printable(string name) => new([.. name.Select(c => char.IsControl(c) ? '\uFFFD' : c)]);
}
