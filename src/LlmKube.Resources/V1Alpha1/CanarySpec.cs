using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>How a new version is tried on a part of the requests before it is served to all.</summary>
public sealed record CanarySpec
{
    /// <summary>Requests of a hundred that the new version answers while it is tried. The router counts and directs them.</summary>
    [Default(10)]
    [Minimum(1)]
    [Maximum(99)]
    public int? Weight { get; init; }

    /// <summary>Requests that it has to have answered before it is promoted. 0 promotes on health alone, where nobody asks or there is no router.</summary>
    [Default(20)]
    [Minimum(0)]
    public int? MinRequests { get; init; }

    /// <summary>Requests of a hundred that may fail. One more takes it back at once.</summary>
    [Default(1)]
    [Minimum(0)]
    [Maximum(100)]
    public int? MaxErrorPercent { get; init; }

    /// <summary>Seconds for which it is watched once it is ready.</summary>
    [Default(600)]
    [Minimum(0)]
    public int? ObserveSeconds { get; init; }

    /// <summary>Seconds within which it has to be fetched and ready.</summary>
    [Default(3600)]
    [Minimum(1)]
    public int? ReadySeconds { get; init; }
}

/// <summary>How the trial of a new version stands, or how the last one ended.</summary>
public sealed record CanaryStatus
{
    /// <summary>The version that is tried.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }

    /// <summary>How it stands, in one word.</summary>
    [OneOf(CanaryPhases.Progressing, CanaryPhases.Promoted, CanaryPhases.RolledBack)]
    public string? Phase { get; init; }

    /// <summary>The Model's generation that began the trial: a change of the Model begins it anew.</summary>
    public long? Generation { get; init; }

    /// <summary>When the trial began.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When the new version was ready.</summary>
    public DateTimeOffset? ReadySince { get; init; }

    /// <summary>Requests that it was asked.</summary>
    public long? Requests { get; init; }

    /// <summary>Those of them that failed.</summary>
    public long? Errors { get; init; }

    /// <summary>What the trial waits for, or why it ended as it did.</summary>
    public string? Message { get; init; }
}

/// <summary>Values of <c>status.canary.phase</c> of a Model.</summary>
public static class CanaryPhases
{
    public const string Progressing = "Progressing";
    public const string Promoted = "Promoted";
    public const string RolledBack = "RolledBack";
}

/// <summary>What one router counted of a service that is tried.</summary>
public sealed record TrafficStatus
{
    /// <summary>The router, by the name of its machine or pod.</summary>
    [Required]
    public string Router { get => field ?? ""; init; }

    /// <summary>Requests that were sent to the service.</summary>
    public long? Requests { get; init; }

    /// <summary>Those that it did not answer, answered with a server error, or broke off.</summary>
    public long? Errors { get; init; }
}
