namespace LlmKube.Kubernetes.Events;

/// <summary>Who reports, and how much at most.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>The role: <c>llmkube-operator</c>.</summary>
    public required string Component { get; init; }

    /// <summary>The pod or machine.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Events that wait to be written; more are dropped and counted.</summary>
    public int Capacity { get; init; } = 1000;

    /// <summary>Events that one object may have at once, before it has to wait for <see cref="Refill"/>.</summary>
    public int Burst { get; init; } = 25;

    /// <summary>The time after which an object that used up its burst may have one more event.</summary>
    public TimeSpan Refill { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a stop waits for events that are not written yet.</summary>
    public TimeSpan FlushTime { get; init; } = TimeSpan.FromSeconds(5);
}
