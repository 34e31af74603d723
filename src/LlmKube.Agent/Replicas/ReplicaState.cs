namespace LlmKube.Agent.Replicas;

/// <summary>Where a replica is in its life.</summary>
internal enum ReplicaPhase
{
    /// <summary>Its process runs and loads the model.</summary>
    Starting,

    /// <summary>It answers requests.</summary>
    Ready,

    /// <summary>Its process runs but does not answer its health check any more.</summary>
    Unhealthy,

    /// <summary>It takes no new requests and finishes those it has.</summary>
    Draining,

    /// <summary>Its process ended; it is started again at <see cref="ReplicaState.RestartAt"/>.</summary>
    BackingOff,
}

/// <summary>What is known of one replica when a plan is made.</summary>
internal sealed record ReplicaState(int Ordinal, string Hash, ReplicaPhase Phase)
{
    public DateTimeOffset? RestartAt { get; init; }

    public bool HasProcess => Phase != ReplicaPhase.BackingOff;
}
