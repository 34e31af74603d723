namespace LlmKube.Models.Formats.Gguf;

/// <summary>What a model's header tells a person, a scheduler and a memory estimate.</summary>
public sealed record GgufSummary
{
    public required string Architecture { get; init; }

    public string? Name { get; init; }

    /// <summary>The name of the file's quantization, such as Q4_K_M.</summary>
    public required string Quantization { get; init; }

    /// <summary>The license's id where it is a known one, otherwise what the file says.</summary>
    public string? License { get; init; }

    public long? ContextLength { get; init; }

    public long? EmbeddingLength { get; init; }

    public long? LayerCount { get; init; }

    public long? HeadCount { get; init; }

    /// <summary>The key and value heads of each layer, where they are fewer than the heads.</summary>
    public long? KeyValueHeadCount { get; init; }

    /// <summary>The sum over all layers; it differs from layers × heads where layers differ.</summary>
    public long? KeyValueHeadsInAll { get; init; }

    public long? KeyLength { get; init; }

    public long? ValueLength { get; init; }

    public long? ExpertCount { get; init; }

    public string? TokenizerModel { get; init; }

    public long? VocabularySize { get; init; }

    public required bool HasChatTemplate { get; init; }

    public required uint Version { get; init; }

    public required long TensorCount { get; init; }

    public required long TensorBytes { get; init; }

    public required long Parameters { get; init; }

    public required long FileSize { get; init; }

    /// <summary>How many files the model is split over; 1 where it is whole.</summary>
    public required int SplitCount { get; init; }

    /// <summary>Which part of a split model this file is, from 0.</summary>
    public required int SplitNumber { get; init; }

    public static GgufSummary Of(GgufHeader header)
    {
        var architecture = header.Find("general.architecture")?.AsText() ?? "unknown";
        var layers = Number(header, $"{architecture}.block_count");
        var heads = Largest(header.Find($"{architecture}.attention.head_count"));
        var embedding = Number(header, $"{architecture}.embedding_length");
        var keyValueHeads = header.Find($"{architecture}.attention.head_count_kv");
        var headLength = heads is > 0 && embedding is { } e ? e / heads : null;
        return new GgufSummary
        {
            Architecture = architecture,
            Name = header.Find("general.name")?.AsText(),
            Quantization = QuantizationOf(header),
            License = LicenseIds.Normalise(header.Find("general.license")?.AsText()),
            ContextLength = Number(header, $"{architecture}.context_length"),
            EmbeddingLength = embedding,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads is null ? heads : Largest(keyValueHeads),
            KeyValueHeadsInAll = HeadsInAll(keyValueHeads, heads, layers),
            KeyLength = Number(header, $"{architecture}.attention.key_length") ?? headLength,
            ValueLength = Number(header, $"{architecture}.attention.value_length") ?? headLength,
            ExpertCount = Number(header, $"{architecture}.expert_count"),
            TokenizerModel = header.Find("tokenizer.ggml.model")?.AsText(),
            VocabularySize = (header.Find("tokenizer.ggml.tokens") as GgufValue.List)?.Count,
            HasChatTemplate = header.Find("tokenizer.chat_template") is not null,
            Version = header.Version,
            TensorCount = header.Tensors.Count,
            TensorBytes = TensorBytesOf(header),
            Parameters = Sum(header.Tensors.Select(tensor => tensor.Elements)),
            FileSize = header.FileSize,
            SplitCount = (int)Math.Clamp(Number(header, "split.count") ?? 1, 1, ushort.MaxValue),
            SplitNumber = (int)Math.Clamp(Number(header, "split.no") ?? 0, 0, ushort.MaxValue),
        };
    }

    private static long? Number(GgufHeader header, string key) =>
        header.Find(key)?.AsUnsigned() is { } value && value <= long.MaxValue ? (long)value : null;

    /// <summary>Some architectures give one number for all layers, some one for each.</summary>
    private static long? Largest(GgufValue? value) => value switch
    {
        GgufValue.List { Items: [_, ..] items } => items.Max(item => (long?)Bounded(item)),
        { } single when single.AsUnsigned() is not null => Bounded(single),
        _ => null,
    };

    private static long? HeadsInAll(GgufValue? keyValueHeads, long? heads, long? layers) => keyValueHeads switch
    {
        GgufValue.List { Items: [_, ..] items } => Sum(items.Select(Bounded)),
        _ when (Largest(keyValueHeads) ?? heads) is { } each && layers is { } count => Product(each, count),
        _ => null,
    };

    private static long Bounded(GgufValue value) => (long)Math.Min(value.AsUnsigned() ?? 0, int.MaxValue);

    private static string QuantizationOf(GgufHeader header) =>
        header.Find("general.file_type")?.AsUnsigned() is { } number ? GgufFileTypes.NameOf(number) : Predominant(header);

    /// <summary>A file that does not say is named after the packing that most of its bytes have.</summary>
    private static string Predominant(GgufHeader header) =>
        header.Tensors
            .GroupBy(tensor => tensor.TypeId)
            .OrderByDescending(group => Sum(group.Select(tensor => tensor.Elements)))
            .Select(group => TensorType.Find(group.Key)?.Name)
            .FirstOrDefault() ?? GgufFileTypes.Unknown;

    private static long TensorBytesOf(GgufHeader header) => header.Tensors.All(tensor => tensor.Bytes is not null)
        ? Sum(header.Tensors.Select(tensor => tensor.Bytes ?? 0))
        : header.FileSize - header.DataOffset;

    /// <summary>Headers are strangers' numbers: a sum that does not fit stays at the largest that does.</summary>
    private static long Sum(IEnumerable<long> numbers)
    {
        var sum = (Int128)0;
        foreach (var number in numbers)
        {
            sum += number;
        }

        return sum > long.MaxValue ? long.MaxValue : (long)sum;
    }

    private static long Product(long left, long right)
    {
        var product = (Int128)left * right;
        return product > long.MaxValue ? long.MaxValue : (long)product;
    }
}
