using LlmKube.Agent.Processes;

namespace LlmKube.Agent.Replicas;

/// <summary>A replica at one instant, as reports are made from it.</summary>
internal sealed record ReplicaSnapshot
{
    public required ReplicaName Name { get; init; }

    public required string Hash { get; init; }

    public required ReplicaPhase Phase { get; init; }

    public int Port { get; init; }

    public int? Pid { get; init; }

    public int Restarts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? RestartAt { get; init; }

    public DateTimeOffset? ReadyAt { get; init; }

    public ProcessExit? LastExit { get; init; }

    public DateTimeOffset? LastStartedAt { get; init; }

    /// <summary>The last lines that the process before this one wrote.</summary>
    public IReadOnlyList<string> LastWords { get; init; } = [];

    /// <summary>Its Pod was deleted by somebody: it is not reported any more, and ends.</summary>
    public bool PodDeleted { get; init; }

    public string PodName => Name.PodName(Hash);

    public ReplicaState ToState() => new(Name.Ordinal, Hash, Phase) { RestartAt = RestartAt };
}
