using System.Globalization;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Formats.Safetensors;
using LlmKube.Models.Formats.Transformers;
using LlmKube.Models.Memory;

namespace LlmKube.Cli.Commands.Inspect;

/// <summary>A fact of a model file: its name for scripts, its title and value for people.</summary>
internal sealed record Fact(string Name, string Title, string Value);

/// <summary>One tensor of a model file.</summary>
internal sealed record TensorLine(string Name, string Type, IReadOnlyList<long> Shape, long? Bytes);

/// <summary>What the headers of a model's files say. Pure.</summary>
internal sealed record Inspection
{
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public IReadOnlyList<TensorLine> Tensors { get; init; } = [];

    /// <summary>The files of a source elsewhere.</summary>
    public IReadOnlyList<RemoteFile> Files { get; init; } = [];

    public static Inspection Of(GgufHeader header, long? contextSize)
    {
        var summary = GgufSummary.Of(header);
        var memory = MemoryEstimate.Of(summary, contextSize, cacheTypeK: null, cacheTypeV: null);
        return new Inspection
        {
            Facts = Said(
                ("format", "FORMAT", $"GGUF v{summary.Version}"), ("architecture", "ARCHITECTURE", summary.Architecture), ("name", "NAME", summary.Name),
                ("quantization", "QUANTIZATION", summary.Quantization), ("parameters", "PARAMETERS", Count(summary.Parameters)), ("fileSize", "FILE SIZE", ByteSize.Format(summary.FileSize)),
                ("contextLength", "CONTEXT", Text(summary.ContextLength)), ("layers", "LAYERS", Text(summary.LayerCount)), ("embeddingLength", "EMBEDDING", Text(summary.EmbeddingLength)),
                ("heads", "HEADS", Text(summary.HeadCount)), ("keyValueHeads", "KEY/VALUE HEADS", Text(summary.KeyValueHeadCount)), ("experts", "EXPERTS", Text(summary.ExpertCount)),
                ("vocabulary", "VOCABULARY", Text(summary.VocabularySize)), ("tokenizer", "TOKENIZER", summary.TokenizerModel), ("chatTemplate", "CHAT TEMPLATE", summary.HasChatTemplate ? "yes" : "no"),
                ("license", "LICENSE", summary.License), ("tensors", "TENSORS", Text(summary.TensorCount)),
                ("part", "PART", summary.SplitCount > 1 ? string.Create(CultureInfo.InvariantCulture, $"{summary.SplitNumber + 1} of {summary.SplitCount}") : null),
                ("memory", "MEMORY", string.Create(CultureInfo.InvariantCulture, $"{ByteSize.Format(memory.TotalBytes)} with a context of {contextSize ?? summary.ContextLength ?? 4096} ({ByteSize.Format(memory.KeyValueBytes)} of it keys and values)"))),
            Metadata = [.. header.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToString()!))],
            Tensors = [.. header.Tensors.Select(tensor => new TensorLine(tensor.Name, TensorType.Find(tensor.TypeId)?.Name ?? $"type {tensor.TypeId}", tensor.Dimensions, tensor.Bytes))],
        };
    }

    public static Inspection Of(IReadOnlyList<SafetensorsHeader> headers, long fileBytes, TransformersConfig? config) => new()
    {
        Facts = Said(
            ("format", "FORMAT", "safetensors"), ("architecture", "ARCHITECTURE", config is { Architectures.Count: > 0 } ? string.Join(", ", config.Architectures) : config?.ModelType),
            ("type", "TYPE", config?.Type ?? headers.Select(header => header.MainType).FirstOrDefault(type => type is not null)), ("quantization", "QUANTIZATION", config?.QuantizationMethod),
            ("parameters", "PARAMETERS", Count(headers.Sum(header => header.ParameterCount))), ("fileSize", "FILE SIZE", ByteSize.Format(fileBytes)), ("files", "FILES", Text(headers.Count)),
            ("contextLength", "CONTEXT", Text(config?.ContextLength)), ("layers", "LAYERS", Text(config?.LayerCount)), ("embeddingLength", "EMBEDDING", Text(config?.HiddenSize)),
            ("heads", "HEADS", Text(config?.HeadCount)), ("keyValueHeads", "KEY/VALUE HEADS", Text(config?.KeyValueHeadCount)), ("vocabulary", "VOCABULARY", Text(config?.VocabularySize)),
            ("tensors", "TENSORS", Text(headers.Sum(header => header.Tensors.Count)))),
        Metadata = [.. headers.SelectMany(header => header.Metadata).DistinctBy(entry => entry.Key, StringComparer.Ordinal).OrderBy(entry => entry.Key, StringComparer.Ordinal)],
        Tensors = [.. headers.SelectMany(header => header.Tensors).Select(tensor => new TensorLine(tensor.Name, tensor.Type, tensor.Shape, tensor.End - tensor.Start))],
    };

    /// <summary><c>8.03 B</c>: a number of parameters as models are named by it.</summary>
    private static string Count(long number) => number switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.##} B"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.##} M"),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static Fact[] Said(params (string Name, string Title, string? Value)[] facts) =>
        [.. facts.Where(fact => fact.Value is { Length: > 0 }).Select(fact => new Fact(fact.Name, fact.Title, fact.Value!))];
}
