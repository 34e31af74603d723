namespace LlmKube.Agent.Replicas;

/// <summary>What to do now for one service; the order of the lists is the order to act in.</summary>
internal sealed record ReplicaPlan
{
    public static readonly ReplicaPlan Nothing = new();

    /// <summary>Ordinals to start with the wanted hash.</summary>
    public IReadOnlyList<int> Start { get; init; } = [];

    /// <summary>Replicas that finish their requests and end.</summary>
    public IReadOnlyList<ReplicaState> Drain { get; init; } = [];

    /// <summary>Replicas without a process that are forgotten.</summary>
    public IReadOnlyList<ReplicaState> Forget { get; init; } = [];

    /// <summary>Ordinals that are wanted and do not fit into memory, with the sum that shows it.</summary>
    public IReadOnlyList<int> Refused { get; init; } = [];

    /// <summary>Look again at this time, when a replica's wait is over.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }
}
