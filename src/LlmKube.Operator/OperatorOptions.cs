namespace LlmKube.Operator;

/// <summary>What the operator is told at its start.</summary>
public sealed record OperatorOptions
{
    /// <summary>Folders that models may be read from; empty refuses every local source.</summary>
    public IReadOnlyList<string> AllowedHostPathRoots { get; init; } = [];

    /// <summary>Where clients reach services that run on hosts: the router. Null gives the Service's own name in the cluster.</summary>
    public Uri? RouterAddress { get; init; }

    /// <summary>How often a ready model's file is compared with what was seen last.</summary>
    public TimeSpan RevalidateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often something that a person must mend is looked at again, besides when what it waits on changes.</summary>
    public TimeSpan BlockedInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A node whose agent has not renewed its Lease for this long counts as gone.</summary>
    public TimeSpan AgentTimeout { get; init; } = TimeSpan.FromMinutes(3);
}
