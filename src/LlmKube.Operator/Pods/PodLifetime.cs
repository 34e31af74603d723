using LlmKube.Operator.Services;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>What is to be done about the age of a service's pods.</summary>
internal abstract record LifetimeDecision
{
    private LifetimeDecision()
    {
    }

    /// <summary>Nothing before this long.</summary>
    internal sealed record Later(TimeSpan Delay) : LifetimeDecision;

    /// <summary>This pod has lived its time.</summary>
    /// <param name="Pod">Its name.</param>
    /// <param name="MayWaitUntil">Until when it may go on where it answers requests.</param>
    internal sealed record Expired(ReplicaReport Pod, DateTimeOffset MayWaitUntil) : LifetimeDecision;
}

/// <summary>Decides when pods are replaced for their age: <c>spec.maxPodLifetimeSeconds</c>. Pure.</summary>
internal static class PodLifetime
{
    /// <summary>How often a pod that could not go is tried again.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Null where nobody asked for it. One pod at a time, and only while all others answer.</summary>
    /// <param name="service">The service.</param>
    /// <param name="replicas">Its pods.</param>
    /// <param name="isSettled">Whether all replicas that are wanted answer, and are what is wanted.</param>
    /// <param name="now">The moment.</param>
    public static LifetimeDecision? Decide(InferenceService service, IReadOnlyList<ReplicaReport> replicas, bool isSettled, DateTimeOffset now)
    {
        if (service.Spec.MaxPodLifetimeSeconds is not { } seconds)
        {
            return null;
        }

        var lifetime = TimeSpan.FromSeconds(seconds);
        var oldest = replicas.Where(replica => !replica.IsTerminating && replica.StartedAt is not null).MinBy(replica => replica.StartedAt);
        if (oldest?.StartedAt is not { } started)
        {
            return new LifetimeDecision.Later(Pause);
        }

        if (now - started < lifetime)
        {
            return new LifetimeDecision.Later(started + lifetime - now);
        }

        return isSettled && replicas.All(replica => replica is { IsReady: true, IsTerminating: false })
            ? new LifetimeDecision.Expired(oldest, started + lifetime + TimeSpan.FromSeconds(service.Spec.MaxPodLifetimeIdleTimeoutSeconds ?? 0))
            : new LifetimeDecision.Later(Pause);
    }
}
