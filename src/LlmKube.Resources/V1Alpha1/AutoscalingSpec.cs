using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Between how many replicas, and by which measure.</summary>
public sealed record AutoscalingSpec
{
    /// <summary>Fewest replicas.</summary>
    [Default(1)]
    [Minimum(1)]
    [Maximum(10)]
    public int? MinReplicas { get; init; }

    /// <summary>Most replicas.</summary>
    [Required]
    [Minimum(1)]
    [Maximum(100)]
    public int? MaxReplicas { get; init; }

    /// <summary>What is measured. Without any: the runtime's own measure of requests in hand.</summary>
    public IReadOnlyList<AutoscalingMetric>? Metrics { get; init; }
}

/// <summary>One measure and its target.</summary>
public sealed record AutoscalingMetric
{
    /// <summary>A metric of the pods, or a resource that they use.</summary>
    [Required]
    [OneOf(AutoscalingMetricTypes.Pods, AutoscalingMetricTypes.Resource)]
    public string Type { get => field ?? ""; init; }

    /// <summary>Name of the metric or of the resource.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Target as an average for each pod, as a quantity.</summary>
    public string? TargetAverageValue { get; init; }

    /// <summary>Target as percent of what the pods request.</summary>
    public int? TargetAverageUtilization { get; init; }
}
