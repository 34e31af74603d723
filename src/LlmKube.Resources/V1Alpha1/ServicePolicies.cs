using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Where the fetched model is kept.</summary>
[Cel("!has(self.persistence) || self.persistence != 'Ephemeral' || !has(self.claimName)", "an Ephemeral cache has no claimName")]
public sealed record ModelCacheSpec
{
    /// <summary>On a volume that outlives the pod, or on the pod's own.</summary>
    [OneOf(CachePersistences.Cached, CachePersistences.Ephemeral)]
    public string? Persistence { get; init; }

    /// <summary>A PersistentVolumeClaim of yours that holds the cache.</summary>
    [Length(1, 253)]
    public string? ClaimName { get; init; }
}

/// <summary>What a rollout waits for.</summary>
public sealed record RolloutPolicySpec
{
    /// <summary>Replace pods only when they answer no request.</summary>
    public bool? WaitForIdle { get; init; }

    /// <summary>Replace them anyway after this long.</summary>
    [Default(300)]
    [Minimum(0)]
    public long? IdleTimeoutSeconds { get; init; }

    /// <summary>Do not wait this time.</summary>
    public bool? Force { get; init; }
}

/// <summary>Whether nodes may be emptied while the service runs on them.</summary>
public sealed record DisruptionSpec
{
    /// <summary>Not while the service is starting.</summary>
    [Default(true)]
    public bool? ProtectStartup { get; init; }

    /// <summary>Never.</summary>
    public bool? ProtectAlways { get; init; }
}

/// <summary>A service level objective.</summary>
[Cel("self.indicator != 'latency' || has(self.latencyThreshold)", "indicator latency needs a latencyThreshold")]
public sealed record SloSpec
{
    /// <summary>Name of the objective. Without it: the service's name.</summary>
    public string? Name { get; init; }

    /// <summary>What counts: requests that succeed, or requests that are fast enough.</summary>
    [Default(SloIndicators.Availability)]
    [OneOf(SloIndicators.Availability, SloIndicators.Latency)]
    public string? Indicator { get; init; }

    /// <summary>Percent of requests that must be good, from 50 to 99.999.</summary>
    [Required]
    [Pattern(@"^[0-9]+(\.[0-9]+)?$")]
    [Cel("double(self) >= 50.0 && double(self) <= 99.999", "an objective lies between 50 and 99.999 percent")]
    public string Objective { get => field ?? ""; init; }

    /// <summary>Time over which the objective holds, such as 28d.</summary>
    [Default("28d")]
    [Pattern("^[0-9]+[mhdw]$")]
    public string? Window { get; init; }

    /// <summary>Seconds within which a request counts as fast.</summary>
    [Pattern(@"^[0-9]+(\.[0-9]+)?$")]
    public string? LatencyThreshold { get; init; }
}
