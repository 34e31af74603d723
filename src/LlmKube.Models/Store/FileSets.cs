using LlmKube.Models.Backends;
using LlmKube.Models.Formats;
using LlmKube.Models.Formats.Safetensors;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>Holds the files that arrived against what they say of each other: a model with a part missing is none.</summary>
internal static class FileSets
{
    private const int MostNamed = 5;

    /// <summary>Null where every set of split files is whole and every file that an index names is there.</summary>
    public static async Task<ModelFailure?> CheckAsync(IReadOnlyList<FetchedFile> files, Func<FetchedFile, string> placeOf, string shown, CancellationToken cancellationToken)
    {
        var paths = files.Select(file => file.Path).ToList();
        var missing = new List<string>(SplitFiles.Missing(paths));
        foreach (var file in files.Where(file => file.Path.EndsWith(SafetensorsIndex.FileSuffix, StringComparison.Ordinal) && file.SizeBytes <= SafetensorsIndex.MostBytes))
        {
            if (SafetensorsIndex.Parse(await File.ReadAllBytesAsync(placeOf(file), cancellationToken)) is { } index)
            {
                var folder = file.Path[..(file.Path.LastIndexOf('/') + 1)];
                missing.AddRange(index.Files.Select(name => folder + name).Except(paths, StringComparer.Ordinal));
            }
        }

        return missing.Count == 0 ? null : new ModelFailure(
            FailureKind.Invalid,
            $"{shown} is not whole: {string.Join(", ", missing.Distinct(StringComparer.Ordinal).Take(MostNamed))}{(missing.Count > MostNamed ? " and others are" : missing.Count > 1 ? " are" : " is")} missing. Nothing was stored. Choose files that belong together, or ask who published it.");
    }
}
