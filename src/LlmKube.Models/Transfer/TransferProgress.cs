namespace LlmKube.Models.Transfer;

/// <summary>How far a transfer is, at one moment.</summary>
/// <param name="BytesDone">Bytes that are on disk, with those of earlier attempts that were kept.</param>
/// <param name="BytesTotal">Bytes of all files; null while a place does not say.</param>
/// <param name="BytesPerSecond">The rate over the last few seconds; zero before it is known.</param>
/// <param name="FilesDone">Files that are complete and verified.</param>
/// <param name="FilesTotal">All files of the source.</param>
public readonly record struct TransferProgress(long BytesDone, long? BytesTotal, double BytesPerSecond, int FilesDone, int FilesTotal)
{
    /// <summary>The time left at the present rate; null while it cannot be told.</summary>
    public TimeSpan? TimeLeft => BytesTotal is { } total && BytesPerSecond > 0 ? TimeSpan.FromSeconds((total - BytesDone) / BytesPerSecond) : null;
}
