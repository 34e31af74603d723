using LlmKube.Models.Backends;

namespace LlmKube.Models.Store;

/// <summary>What came of a fetch.</summary>
public abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>The model is in the store.</summary>
    /// <param name="Model">It.</param>
    /// <param name="BytesMoved">Bytes that came over the wire for it: zero where it was there.</param>
    public sealed record Stored(StoredModel Model, long BytesMoved) : FetchResult
    {
        /// <summary>Why a refresh that was asked for could not be made; the stored revision stays in use.</summary>
        public ModelFailure? NotRefreshed { get; init; }

        /// <summary>What is wrong with its signature, where one was asked for and not required.</summary>
        public ModelFailure? Unsigned { get; init; }
    }

    /// <summary>It is not, and what was stored before is as it was.</summary>
    public sealed record Failed(ModelFailure Failure) : FetchResult;
}
