using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>Says, before it is fetched, which file of a model a runtime will open.</summary>
internal static class ModelPaths
{
    /// <summary>The path below the model's folder; empty for the folder itself; null where there is nothing to open.</summary>
    public static string? EntryOf(Model model, ModelSource source)
    {
        var files = model.Status?.StagedFiles is { Count: > 0 } staged ? staged : Guess(source);
        if (Defaults.FormatOf(model.Spec) != ModelFormats.Gguf)
        {
            return files.Count == 1 ? files[0] : "";
        }

        return ModelEntry.FileOf(files, model.Spec.Files);
    }

    /// <summary>The one file that the source names, for Models whose files were never listed.</summary>
    private static IReadOnlyList<string> Guess(ModelSource source) => source switch
    {
        ModelSource.Http http when Uri.TryCreate(http.Url, UriKind.Absolute, out var url) => [Uri.UnescapeDataString(url.AbsolutePath[(url.AbsolutePath.LastIndexOf('/') + 1)..])],
        ModelSource.S3 s3 => [s3.Key[(s3.Key.LastIndexOf('/') + 1)..]],
        ModelSource.HuggingFace { File: { } file } => [file],
        _ => [],
    };
}
