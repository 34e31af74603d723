namespace LlmKube.Models.Backends;

/// <summary>Why bytes could not be had: a kind that programs act on, and a sentence for the person who has to.</summary>
/// <param name="Kind">What sort of failure it is.</param>
/// <param name="Message">What was attempted, on what, what came back and what to do next; without any secret.</param>
public record ModelFailure(FailureKind Kind, string Message)
{
    /// <summary>How long the place asked to be left alone; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether time alone may heal it; otherwise a person must act first.</summary>
    public bool Heals => Kind is FailureKind.Throttled or FailureKind.Unavailable or FailureKind.Changed or FailureKind.Busy or FailureKind.Corrupt;
}
