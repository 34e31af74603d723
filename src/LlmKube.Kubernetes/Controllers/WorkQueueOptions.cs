namespace LlmKube.Kubernetes.Controllers;

/// <summary>How long a key that fails waits before it is tried again.</summary>
public sealed record WorkQueueOptions
{
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Who goes first: a resync never delays a change that somebody waits for.</summary>
public enum QueuePriority
{
    Background,
    Normal,
}

/// <summary>A key that was handed out. Whoever took it calls <see cref="WorkQueue{TKey}.Done"/> when finished.</summary>
public readonly record struct Taken<TKey>(TKey Key, QueuePriority Priority);
