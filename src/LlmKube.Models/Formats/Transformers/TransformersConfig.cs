using System.Text.Json;
using System.Text.Unicode;

namespace LlmKube.Models.Formats.Transformers;

/// <summary>What a model's <c>config.json</c> says of its shape, in the field names of Hugging Face's transformers. What it does not say is null.</summary>
public sealed record TransformersConfig
{
    /// <summary>What may be read of one, in bytes.</summary>
    public const int MostBytes = 1024 * 1024;

    public IReadOnlyList<string> Architectures { get; private init; } = [];

    public string? ModelType { get; private init; }

    public long? HiddenSize { get; private init; }

    public long? LayerCount { get; private init; }

    public long? HeadCount { get; private init; }

    /// <summary>Heads of keys and values; fewer than <see cref="HeadCount"/> where queries share them.</summary>
    public long? KeyValueHeadCount { get; private init; }

    public long? HeadSize { get; private init; }

    public long? ContextLength { get; private init; }

    public long? VocabularySize { get; private init; }

    /// <summary>The kind of number of the weights, such as bfloat16.</summary>
    public string? Type { get; private init; }

    /// <summary>How the weights are quantized, such as awq or gptq.</summary>
    public string? QuantizationMethod { get; private init; }

    /// <summary>Null where the bytes are no such file.</summary>
    public static TransformersConfig? Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MostBytes || !Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Of(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TransformersConfig Of(JsonElement root)
    {
        // Models that see and hear keep what concerns text in a part of its own.
        var text = root.TryGetProperty("text_config", out var part) && part.ValueKind == JsonValueKind.Object ? part : root;
        var heads = Number(text, "num_attention_heads") ?? Number(text, "n_head");
        var hidden = Number(text, "hidden_size") ?? Number(text, "n_embd");
        return new TransformersConfig
        {
            Architectures = root.TryGetProperty("architectures", out var names) && names.ValueKind == JsonValueKind.Array
                ? [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)]
                : [],
            ModelType = Text(root, "model_type"),
            HiddenSize = hidden,
            LayerCount = Number(text, "num_hidden_layers") ?? Number(text, "n_layer"),
            HeadCount = heads,
            KeyValueHeadCount = Number(text, "num_key_value_heads") ?? heads,
            HeadSize = Number(text, "head_dim") ?? (heads is > 0 && hidden is { } size ? size / heads : null),
            ContextLength = Number(text, "max_position_embeddings") ?? Number(text, "n_positions"),
            VocabularySize = Number(text, "vocab_size"),
            Type = Text(text, "dtype") ?? Text(text, "torch_dtype") ?? Text(root, "torch_dtype"),
            QuantizationMethod = root.TryGetProperty("quantization_config", out var quantization) && quantization.ValueKind == JsonValueKind.Object ? Text(quantization, "quant_method") : null,
        };
    }

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
