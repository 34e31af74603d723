namespace LlmKube.Models.Store;

/// <summary>How much a store may take, and whom it may take it from.</summary>
public sealed record StoreLimits
{
    /// <summary>What the store may take on disk, in bytes; null for all that is free.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Bytes of the file system that are left free for others.</summary>
    public long KeepFreeBytes { get; init; }

    /// <summary>The keys that something serves right now. Null where nobody can tell: then nothing is evicted.</summary>
    public Func<CancellationToken, Task<IReadOnlySet<string>>>? InUse { get; init; }
}
