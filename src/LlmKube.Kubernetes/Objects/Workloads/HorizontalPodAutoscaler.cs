using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>autoscaling/v2 HorizontalPodAutoscaler: changes the number of replicas with a measure.</summary>
public sealed record HorizontalPodAutoscaler : IResource<HorizontalPodAutoscaler>
{
    public static ResourceDefinition Definition { get; } = new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Namespaced: true);

    public static JsonTypeInfo<HorizontalPodAutoscaler> JsonType => KubernetesJson.Default.HorizontalPodAutoscaler;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public HorizontalPodAutoscalerSpec? Spec { get; init; }
}

/// <summary>autoscaling/v2 HorizontalPodAutoscalerSpec.</summary>
public sealed record HorizontalPodAutoscalerSpec
{
    public CrossVersionObjectReference? ScaleTargetRef { get; init; }

    public int? MinReplicas { get; init; }

    public int? MaxReplicas { get; init; }

    /// <summary>autoscaling/v2 MetricSpec, each.</summary>
    public IReadOnlyList<JsonElement>? Metrics { get; init; }
}

/// <summary>autoscaling/v2 CrossVersionObjectReference.</summary>
public sealed record CrossVersionObjectReference
{
    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }
}
