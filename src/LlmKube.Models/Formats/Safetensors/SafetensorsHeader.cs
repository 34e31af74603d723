namespace LlmKube.Models.Formats.Safetensors;

/// <summary>The header of a safetensors file.</summary>
/// <param name="Tensors">The tensors, in the order of their bytes.</param>
/// <param name="Metadata">What <c>__metadata__</c> says.</param>
public sealed record SafetensorsHeader(IReadOnlyList<SafetensorsTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Numbers in all tensors.</summary>
    public long ParameterCount => Tensors.Sum(tensor => tensor.ElementCount);

    /// <summary>The kind of number that most of the bytes are; null for an empty file.</summary>
    public string? MainType => Tensors.GroupBy(tensor => tensor.Type, StringComparer.Ordinal).MaxBy(group => group.Sum(tensor => tensor.End - tensor.Start))?.Key;
}

/// <summary>One tensor: bytes from <paramref name="Start"/> to <paramref name="End"/> behind the header.</summary>
public sealed record SafetensorsTensor(string Name, string Type, IReadOnlyList<long> Shape, long Start, long End)
{
    public long ElementCount => Shape.Aggregate(1L, (count, size) => count * size);
}
