using System.Globalization;
using LlmKube.Models.Formats.Gguf;

namespace LlmKube.Models.Memory;

/// <summary>What serving a model needs, in bytes, by part.</summary>
/// <param name="WeightsBytes">The file: mapped, and shared by replicas that serve the same file.</param>
/// <param name="KeyValueBytes">The cache of keys and values for the whole context.</param>
/// <param name="OverheadBytes">Compute buffers and the engine itself.</param>
public sealed record MemoryEstimate(long WeightsBytes, long KeyValueBytes, long OverheadBytes)
{
    /// <summary>What the engine needs besides weights and cache, as the existing LLMKube reckons it.</summary>
    private const long FixedOverheadBytes = 512L * 1024 * 1024;

    /// <summary>The engine's context where nothing is declared and the file does not say.</summary>
    private const long FallbackContext = 4096;

    public long TotalBytes => WeightsBytes + KeyValueBytes + OverheadBytes;

    /// <summary>
    /// Weights + layers × key/value heads × (key length × bytes of K + value length × bytes of V) × context + overhead.
    /// Grouped-query attention counts: the heads are those of keys and values, not of queries.
    /// </summary>
    /// <param name="model">The file's header.</param>
    /// <param name="contextSize">The declared context; null takes the one the model was trained for.</param>
    /// <param name="cacheTypeK">The declared type of cached keys; null is f16.</param>
    /// <param name="cacheTypeV">The declared type of cached values; null is f16.</param>
    /// <param name="parallelSlots">The declared slots, which share a declared context and have the trained one each otherwise; null lets them share one either way.</param>
    public static MemoryEstimate Of(GgufSummary model, long? contextSize, string? cacheTypeK, string? cacheTypeV, int? parallelSlots = null)
    {
        var context = Cells(contextSize is > 0 ? contextSize : null, model.ContextLength ?? FallbackContext, Math.Max(1, parallelSlots ?? 1));
        var heads = model.KeyValueHeadsInAll ?? (model.LayerCount ?? 0) * (model.KeyValueHeadCount ?? model.HeadCount ?? 0);
        var headLength = model.HeadCount is > 0 and var count ? (model.EmbeddingLength ?? 0) / count : 0;
        var perToken = (double)heads * (((model.KeyLength ?? headLength) * BytesOf(cacheTypeK)) + ((model.ValueLength ?? headLength) * BytesOf(cacheTypeV)));
        return new MemoryEstimate(model.FileSize, (long)Math.Min(perToken * context, long.MaxValue / 4), Math.Min(FixedOverheadBytes, Math.Max(64L * 1024 * 1024, model.FileSize / 2)));
    }

    /// <summary>The engine's own rounding: each slot gets its share of the context in whole blocks.</summary>
    private static double Cells(long? declared, long trained, int slots)
    {
        const double Block = 256;
        return Math.Ceiling((declared is { } context ? (double)context / slots : trained) / Block) * Block * slots;
    }

    /// <summary>The sum for people: <c>4.1 GiB weights + 1.0 GiB context + 0.5 GiB overhead = 5.6 GiB</c>.</summary>
    public override string ToString() =>
        $"{Print(WeightsBytes)} weights + {Print(KeyValueBytes)} context + {Print(OverheadBytes)} overhead = {Print(TotalBytes)}";

    public static string Print(long bytes) =>
        bytes < 1024L * 1024 * 1024
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024:0.0} MiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024 / 1024:0.0} GiB");

    /// <summary>Bytes of one element of a cache type, block overhead included.</summary>
    private static double BytesOf(string? type) => type switch
    {
        "f32" => 4,
        "q8_0" => 1.0625,
        "q5_0" => 0.6875,
        "q5_1" => 0.75,
        "q4_0" or "iq4_nl" => 0.5625,
        "q4_1" => 0.625,
        "turbo3" => 0.40625,
        "turbo4" => 0.53125,
        _ => 2,
    };
}
