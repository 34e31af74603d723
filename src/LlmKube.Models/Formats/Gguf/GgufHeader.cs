namespace LlmKube.Models.Formats.Gguf;

/// <summary>One tensor as the header describes it; its bytes stay in the file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Dimensions">Its sizes, fastest-moving first.</param>
/// <param name="TypeId">The number of its packing; see <see cref="TensorType.Find"/>.</param>
/// <param name="Offset">Where it starts, counted from the header's end.</param>
/// <param name="Elements">The product of its sizes.</param>
/// <param name="Bytes">The bytes it takes, or null where the packing is unknown.</param>
public sealed record GgufTensor(
    string Name,
    IReadOnlyList<long> Dimensions,
    uint TypeId,
    long Offset,
    long Elements,
    long? Bytes);

/// <summary>Everything a GGUF file says before its weights begin.</summary>
public sealed record GgufHeader
{
    public required uint Version { get; init; }

    public required IReadOnlyDictionary<string, GgufValue> Metadata { get; init; }

    public required IReadOnlyList<GgufTensor> Tensors { get; init; }

    /// <summary>Where the first tensor's bytes begin in the file.</summary>
    public required long DataOffset { get; init; }

    public required long FileSize { get; init; }

    public GgufValue? Find(string key) => Metadata.GetValueOrDefault(key);
}
