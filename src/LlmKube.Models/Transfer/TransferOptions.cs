namespace LlmKube.Models.Transfer;

/// <summary>How hard a transfer tries, and how much it takes for itself.</summary>
public sealed record TransferOptions
{
    /// <summary>What one range request asks for, and so what a damaged or lost range costs, in bytes. Files up to this size are read in one go.</summary>
    public int PartSizeBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Connections at most; how many are in use follows the rate that they bring.</summary>
    public int MaxConnections { get; init; } = 8;

    /// <summary>How often a range is tried again without one byte more, before the transfer fails.</summary>
    public int AttemptsWithoutProgress { get; init; } = 6;

    /// <summary>The pause before the second attempt; it doubles from there.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between attempts, and the longest that a place's Retry-After is waited for; a longer one ends the transfer.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that brings nothing for this long is given up and opened again.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that all connections together may bring, in bytes per second; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>The least time between two reports of progress.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
