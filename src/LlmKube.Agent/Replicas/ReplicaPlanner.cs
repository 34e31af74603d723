namespace LlmKube.Agent.Replicas;

/// <summary>
/// Decides what to do for one service from what is wanted, what runs and what fits. No I/O.
/// A changed service gets its new replica first and loses the old one when the new one is ready;
/// where both do not fit into memory, the old one goes first.
/// </summary>
internal static class ReplicaPlanner
{
    /// <summary>What to do now.</summary>
    /// <param name="wantedReplicas">How many replicas there shall be.</param>
    /// <param name="wantedHash">The hash that wanted replicas have; null while nothing can be started (the model is not ready).</param>
    /// <param name="current">Every replica of the service that exists.</param>
    /// <param name="roomFor">How many more processes fit into memory now.</param>
    /// <param name="now">The present.</param>
    public static ReplicaPlan Plan(int wantedReplicas, string? wantedHash, IReadOnlyList<ReplicaState> current, int roomFor, DateTimeOffset now)
    {
        if (wantedReplicas > 0 && wantedHash is null)
        {
            return ReplicaPlan.Nothing;
        }

        var start = new List<int>();
        var refused = new List<int>();
        var drain = new List<ReplicaState>();
        var forget = new List<ReplicaState>();
        DateTimeOffset? lookAgainAt = null;

        foreach (var replica in current)
        {
            if (replica.Hash != wantedHash || replica.Ordinal >= wantedReplicas)
            {
                continue;
            }

            if (replica.Phase == ReplicaPhase.BackingOff)
            {
                if (replica.RestartAt is { } at && at > now)
                {
                    lookAgainAt = lookAgainAt is { } earlier && earlier < at ? earlier : at;
                }
                else
                {
                    Request(replica.Ordinal);
                }
            }
        }

        for (var ordinal = 0; ordinal < wantedReplicas; ordinal++)
        {
            if (!current.Any(replica => replica.Hash == wantedHash && replica.Ordinal == ordinal))
            {
                Request(ordinal);
            }
        }

        foreach (var replica in current.Where(replica => replica.Hash != wantedHash || replica.Ordinal >= wantedReplicas))
        {
            if (!replica.HasProcess)
            {
                forget.Add(replica);
            }
            else if (replica.Phase != ReplicaPhase.Draining && MayGo(replica))
            {
                drain.Add(replica);
            }
        }

        return new ReplicaPlan { Start = start, Refused = refused, Drain = drain, Forget = forget, LookAgainAt = lookAgainAt };

        void Request(int ordinal)
        {
            if (start.Count < roomFor)
            {
                start.Add(ordinal);
            }
            else
            {
                refused.Add(ordinal);
            }
        }

        // An old replica stays until the new one of its place is ready, unless the new one waits for its memory.
        bool MayGo(ReplicaState old) =>
            old.Ordinal >= wantedReplicas
            || old.Phase is not ReplicaPhase.Ready
            || refused.Contains(old.Ordinal)
            || current.Any(replica => replica.Hash == wantedHash && replica.Ordinal == old.Ordinal && replica.Phase == ReplicaPhase.Ready);
    }
}
