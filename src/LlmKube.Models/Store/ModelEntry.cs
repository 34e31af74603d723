namespace LlmKube.Models.Store;

/// <summary>Chooses what of a stored model a runtime opens.</summary>
public static class ModelEntry
{
    /// <summary>
    /// The file to open, below the model's folder: the one that was named first, else the first GGUF that is no projector (of a split
    /// set, its first part), else the only file there is. Null where a runtime is handed the folder.
    /// </summary>
    public static string? FileOf(StoredModel model, IReadOnlyList<string>? named)
    {
        if (named is { Count: > 0 } && model.Files.FirstOrDefault(file => file.Path == named[0] || file.Path.EndsWith("/" + named[0], StringComparison.Ordinal)) is { } first)
        {
            return first.Path;
        }

        return model.Files.Where(file => IsGguf(file.Path) && !IsProjector(file.Path)).Select(file => file.Path).Order(StringComparer.Ordinal).FirstOrDefault()
            ?? (model.Files.Count == 1 ? model.Files[0].Path : null);
    }

    private static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private static bool IsProjector(string path) => Path.GetFileName(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase);
}
