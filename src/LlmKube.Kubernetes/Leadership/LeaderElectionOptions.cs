namespace LlmKube.Kubernetes.Leadership;

/// <summary>Which lease decides who leads, and how long it lasts.</summary>
public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }

    public required string LeaseName { get; init; }

    /// <summary>This process among the candidates; must differ between them.</summary>
    public string Identity { get; init; } = "";

    /// <summary>How long others wait after the last renewal they saw before they take over.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader goes on without a renewal. Less than the duration, so that two never lead at once.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time between two tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Another process may lead now: this one has stopped its work and should end.</summary>
public sealed class LeadershipLostException(string lease, TimeSpan silence)
    : Exception($"The lease {lease} was not renewed for {silence.TotalSeconds:0} s: the work was stopped, restart the process to stand for election again.");
