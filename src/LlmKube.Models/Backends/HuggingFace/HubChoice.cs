using LlmKube.Models.Formats;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Decides which files of a repository are the model, when a person names the repository, a folder or one file of a set.</summary>
internal static class HubChoice
{
    private const int MostNamed = 12;

    private static readonly string[] s_otherWeights = [".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".onnx_data", ".tflite", ".ot", ".mlmodel", ".gguf", ".pkl", ".pickle"];

    /// <summary>The files, or why they cannot be told.</summary>
    public static (IReadOnlyList<HubFile>? Files, ModelFailure? Failure) Choose(string repo, string? named, IReadOnlyList<HubFile> all, ConnectOptions options)
    {
        var chosen = options.Include.Count > 0 || options.Exclude.Count > 0;
        var candidates = all.Where(file => IsBelow(file.Path, named) && !Hidden(file.Path) && FilePatterns.Chooses(options, file.Path)).ToList();
        if (candidates.Count == 0)
        {
            return (null, new ModelFailure(FailureKind.NotFound, $"{repo} has no file{(named is null ? "" : $" {named}")}{(chosen ? " that matches the patterns" : "")}. It has {Some(all.Select(file => file.Path))}."));
        }

        if (named is not null && candidates.Exists(file => file.Path == named))
        {
            return (SetOf(named, all), null);
        }

        if (chosen || candidates.Exists(file => file.Path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)))
        {
            // What a runtime needs, and not the same weights in the formats of other frameworks.
            return ([.. candidates.Where(file => chosen || !s_otherWeights.Contains(Path.GetExtension(file.Path), StringComparer.OrdinalIgnoreCase))], null);
        }

        var sets = candidates.Where(file => IsGguf(file.Path) && !IsProjector(file.Path)).GroupBy(file => SplitFiles.SetOf(file.Path)[0], StringComparer.Ordinal).ToList();
        return sets.Count switch
        {
            0 => (candidates, null),
            1 => (SetOf(sets[0].First().Path, all), null),
            _ => (null, new ModelFailure(
                FailureKind.Invalid, $"{repo} has {sets.Count} models in GGUF, and one is needed. Name it: hf://{repo}/{sets[0].First().Path}. There are {Some(sets.Select(set => set.First().Path))}.")),
        };
    }

    /// <summary>Whether a name is one of a set such as <c>model-00001-of-00003.gguf</c>.</summary>
    public static bool IsOfSet(string path) => SplitFiles.SetOf(path).Count > 1;

    /// <summary>The file, or all files of the set that it is one of.</summary>
    private static List<HubFile> SetOf(string path, IReadOnlyList<HubFile> all) => [.. all.Where(file => SplitFiles.SetOf(path).Contains(file.Path, StringComparer.Ordinal)).OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static bool IsBelow(string path, string? named) => named is null || path == named || path.StartsWith(named.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static bool Hidden(string path) => path.Split('/').Any(part => part.StartsWith('.'));

    private static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private static bool IsProjector(string path) => Path.GetFileName(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase);

    private static string Some(IEnumerable<string> names)
    {
        var list = names.Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", list.Take(MostNamed)) + (list.Count > MostNamed ? $" and {list.Count - MostNamed} more" : "");
    }
}
