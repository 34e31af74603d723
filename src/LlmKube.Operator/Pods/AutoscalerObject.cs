using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>The autoscaler of a service, and the budget for emptying its nodes. Pure.</summary>
internal static class AutoscalerObject
{
    private const string LoadForEachPod = "2";

    /// <summary>Null where the service has no autoscaling, or is suspended.</summary>
    public static HorizontalPodAutoscaler? Of(InferenceService service, string? loadMetric)
    {
        if (service.Spec.Autoscaling is not { } autoscaling || service.Spec.Suspend == true)
        {
            return null;
        }

        var name = service.Metadata.Name ?? "";
        return new HorizontalPodAutoscaler
        {
            Metadata = ChildMetadata.Of(service),
            Spec = new HorizontalPodAutoscalerSpec
            {
                ScaleTargetRef = new CrossVersionObjectReference { ApiVersion = Deployment.Definition.ApiVersion, Kind = Deployment.Definition.Kind, Name = name },
                MinReplicas = autoscaling.MinReplicas ?? 1,
                MaxReplicas = autoscaling.MaxReplicas,
                Metrics = MetricsOf(autoscaling, loadMetric),
            },
        };
    }

    /// <summary>Null where there is one replica, which any budget would nail to its node.</summary>
    public static PodDisruptionBudget? BudgetOf(InferenceService service)
    {
        var most = service.Spec.Autoscaling?.MaxReplicas ?? Defaults.DesiredReplicasOf(service.Spec);
        return most < 2 || service.Spec.Suspend == true ? null : new PodDisruptionBudget
        {
            Metadata = ChildMetadata.Of(service),
            Spec = new PodDisruptionBudgetSpec
            {
                Selector = new LabelSelector { MatchLabels = Labels.SelectorOf(service.Metadata.Name ?? "") },
                MaxUnavailable = new IntOrString(1),
            },
        };
    }

    private static IReadOnlyList<JsonElement>? MetricsOf(AutoscalingSpec autoscaling, string? loadMetric)
    {
        if (autoscaling.Metrics is { Count: > 0 } declared)
        {
            return [.. declared.Select(metric => metric.Type == AutoscalingMetricTypes.Resource ? ResourceMetric(metric) : PodsMetric(metric.Name, metric.TargetAverageValue ?? LoadForEachPod))];
        }

        return loadMetric is null ? null : [PodsMetric(loadMetric, LoadForEachPod)];
    }

    private static JsonElement PodsMetric(string name, string average) => PodJson.Of(new JsonObject
    {
        ["type"] = AutoscalingMetricTypes.Pods,
        ["pods"] = new JsonObject
        {
            ["metric"] = new JsonObject { ["name"] = name },
            ["target"] = new JsonObject { ["type"] = "AverageValue", ["averageValue"] = average },
        },
    });

    private static JsonElement ResourceMetric(AutoscalingMetric metric) => PodJson.Of(new JsonObject
    {
        ["type"] = AutoscalingMetricTypes.Resource,
        ["resource"] = new JsonObject
        {
            ["name"] = metric.Name,
            ["target"] = metric.TargetAverageUtilization is { } percent
                ? new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = percent }
                : new JsonObject { ["type"] = "AverageValue", ["averageValue"] = metric.TargetAverageValue ?? LoadForEachPod },
        },
    });
}
