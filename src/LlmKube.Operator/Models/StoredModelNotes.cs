using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Store;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Says of a stored model what the status of a Model needs.</summary>
public static class StoredModelNotes
{
    /// <summary>Reads the header of the file that a runtime would open, and nothing else.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="stored">The model.</param>
    /// <param name="files">The files that are wanted of it; null for its own choice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StoredModelNote> OfAsync(ModelStoreLayout layout, StoredModel stored, IReadOnlyList<string>? files, CancellationToken cancellationToken)
    {
        var header = ModelEntry.FileOf(stored, files) is { } entry && entry.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
            ? await GgufReader.ReadFileAsync(layout.ModelFile(stored.Key, entry)!, cancellationToken) as GgufReadResult.Read
            : null;
        return new StoredModelNote
        {
            Revision = stored.Revision,
            SizeBytes = stored.SizeBytes,
            Sha256 = stored.Files.Count == 1 ? stored.Files[0].Sha256 : null,
            Files = [.. stored.Files.Select(file => file.Path)],
            Gguf = header is null ? null : StatusOf(GgufSummary.Of(header.Header)),
        };
    }

    internal static GgufStatus StatusOf(GgufSummary summary) => new()
    {
        Architecture = summary.Architecture,
        ModelName = summary.Name,
        Quantization = summary.Quantization,
        ContextLength = summary.ContextLength,
        EmbeddingSize = summary.EmbeddingLength,
        LayerCount = summary.LayerCount,
        HeadCount = summary.HeadCount,
        TensorCount = summary.TensorCount,
        FileVersion = (int)summary.Version,
        License = summary.License,
    };
}
