using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Services;

/// <summary>What one Pod of a service says, whether a container or a process stands behind it.</summary>
internal sealed record ReplicaReport(string Name)
{
    public bool IsReady { get; init; }

    public string? Uid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether it is marked not to be moved to another node.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Where it answers; null while it has no address.</summary>
    public string? Address { get; init; }

    /// <summary>Whether the node said anything of it yet.</summary>
    public bool IsReported { get; init; }

    /// <summary>Why it is not scheduled (<c>InsufficientMemory</c>, <c>Unschedulable</c>); null when it is.</summary>
    public string? UnscheduledReason { get; init; }

    public string? UnscheduledMessage { get; init; }

    /// <summary>What its container waits for (<c>CrashLoopBackOff</c>); null while it runs.</summary>
    public string? WaitingReason { get; init; }

    public string? WaitingMessage { get; init; }

    /// <summary>Its model is being fetched before it starts.</summary>
    public bool IsFetching { get; init; }

    /// <summary>Why the last fetch of its model ended without it; null while none failed.</summary>
    public FetchFailure? FetchFailure { get; init; }

    public int Restarts { get; init; }

    /// <summary>How far the fetching of its model is; null when nothing is fetched.</summary>
    public FetchStatus? Fetch { get; init; }

    /// <summary>It only finishes what it has.</summary>
    public bool IsTerminating { get; init; }
}

/// <summary>What <c>llmkube fetch</c> said when it failed in a pod.</summary>
/// <param name="Message">The sentence for people.</param>
/// <param name="Heals">Whether time may heal it.</param>
internal sealed record FetchFailure(string Message, bool Heals);
