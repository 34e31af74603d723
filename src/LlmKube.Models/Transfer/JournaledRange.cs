namespace LlmKube.Models.Transfer;

/// <summary>Bytes of a file that were written, and their CRC-32C.</summary>
internal readonly record struct JournaledRange(long Offset, long Length, uint Crc)
{
    public long End => Offset + Length;

    /// <summary>Whether an earlier attempt wrote them, so that the disk has to be asked whether they are still the same.</summary>
    public bool Kept { get; init; }
}
