using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>What came of a transfer.</summary>
public abstract record TransferResult
{
    private TransferResult()
    {
    }

    /// <summary>All files are here.</summary>
    /// <param name="Files">Each file, in the session's order.</param>
    /// <param name="BytesMoved">Bytes that came over the wire in this attempt.</param>
    public sealed record Done(IReadOnlyList<FetchedFile> Files, long BytesMoved) : TransferResult;

    /// <summary>Something stands in the way; finished ranges are kept for the next attempt.</summary>
    public sealed record Failed(ModelFailure Failure) : TransferResult;
}
