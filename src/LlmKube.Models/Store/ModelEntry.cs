namespace LlmKube.Models.Store;

/// <summary>Chooses what of a stored model a runtime opens.</summary>
public static class ModelEntry
{
    /// <summary>
    /// The file to open, below the model's folder: the one that was named first, else the first GGUF that is no projector (of a split
    /// set, its first part), else the only file there is. Null where a runtime is handed the folder.
    /// </summary>
    public static string? FileOf(StoredModel model, IReadOnlyList<string>? named) => FileOf([.. model.Files.Select(file => file.Path)], named);

    /// <summary>The same among the paths of a model that is not stored yet.</summary>
    public static string? FileOf(IReadOnlyList<string> paths, IReadOnlyList<string>? named)
    {
        if (named is { Count: > 0 } && paths.FirstOrDefault(path => path == named[0] || path.EndsWith("/" + named[0], StringComparison.Ordinal)) is { } first)
        {
            return first;
        }

        return paths.Where(path => IsGguf(path) && !IsProjector(path)).Order(StringComparer.Ordinal).FirstOrDefault() ?? (paths.Count == 1 ? paths[0] : null);
    }

    private static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private static bool IsProjector(string path) => Path.GetFileName(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase);
}
