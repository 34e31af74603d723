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

        var due = new List<int>();
        DateTimeOffset? lookAgainAt = null;
        for (var ordinal = 0; ordinal < wantedReplicas; ordinal++)
        {
            var known = current.FirstOrDefault(replica => replica.Hash == wantedHash && replica.Ordinal == ordinal);
            if (known is { Phase: ReplicaPhase.BackingOff, RestartAt: { } at } && at > now)
            {
                lookAgainAt = lookAgainAt is { } earlier && earlier < at ? earlier : at;
            }
            else if (known is null or { Phase: ReplicaPhase.BackingOff })
            {
                due.Add(ordinal);
            }
        }

        var start = due.Take(roomFor).ToList();
        var refused = due.Skip(roomFor).ToList();
        var unwanted = current.Where(replica => replica.Hash != wantedHash || replica.Ordinal >= wantedReplicas).ToList();
        return new ReplicaPlan
        {
            Start = start,
            Refused = refused,
            LookAgainAt = lookAgainAt,
            Forget = [.. unwanted.Where(replica => !replica.HasProcess)],
            Drain = [.. unwanted.Where(replica => replica.HasProcess && replica.Phase != ReplicaPhase.Draining && MayGo(replica, wantedReplicas, wantedHash, current, refused))],
        };
    }

    /// <summary>An old replica stays until the new one of its place is ready, unless the new one waits for its memory.</summary>
    private static bool MayGo(ReplicaState old, int wantedReplicas, string? wantedHash, IReadOnlyList<ReplicaState> current, List<int> refused) =>
        old.Ordinal >= wantedReplicas
        || old.Phase is not ReplicaPhase.Ready
        || refused.Contains(old.Ordinal)
        || current.Any(replica => replica.Hash == wantedHash && replica.Ordinal == old.Ordinal && replica.Phase == ReplicaPhase.Ready);
}
