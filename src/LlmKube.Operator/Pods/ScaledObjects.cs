using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>
/// The autoscaling of a service as KEDA reads it: it asks Prometheus itself, so that the load of pods needs no metrics adapter. Pure.
/// </summary>
internal static class ScaledObjects
{
    private const string LoadForEachPod = "2";

    /// <summary>Null where the service has no autoscaling, is suspended, or nothing is measured.</summary>
    /// <param name="service">The service.</param>
    /// <param name="loadMetric">The runtime's own load metric; null where it has none.</param>
    /// <param name="prometheus">Where Prometheus answers.</param>
    public static ScaledObject? Of(InferenceService service, string? loadMetric, string prometheus)
    {
        if (service.Spec.Autoscaling is not { } autoscaling || service.Spec.Suspend == true)
        {
            return null;
        }

        var (name, ns) = (service.Metadata.Name ?? "", service.Metadata.Namespace ?? "");
        var triggers = autoscaling.Metrics is { Count: > 0 } declared
            ? declared.Select(metric => (JsonNode)(metric.Type == AutoscalingMetricTypes.Resource ? Resource(metric) : Load(metric.Name, metric.TargetAverageValue ?? LoadForEachPod))).ToArray()
            : loadMetric is null ? [] : [Load(loadMetric, LoadForEachPod)];
        return triggers.Length == 0 ? null : new ScaledObject
        {
            Metadata = ChildMetadata.Of(service),
            Spec = PodJson.Of(new JsonObject
            {
                ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = Deployment.Definition.ApiVersion, ["kind"] = Deployment.Definition.Kind, ["name"] = name },
                ["minReplicaCount"] = autoscaling.MinReplicas ?? 1,
                ["maxReplicaCount"] = autoscaling.MaxReplicas,
                ["triggers"] = new JsonArray([.. triggers]),
            }),
        };

        JsonObject Load(string metric, string average) => new JsonObject
        {
            ["type"] = "prometheus",
            ["metricType"] = "AverageValue",
            ["metadata"] = new JsonObject
            {
                ["serverAddress"] = prometheus,
                ["query"] = $$"""sum({{metric}}{namespace="{{ns}}",service="{{ServiceNames.ServiceOf(name)}}"})""",
                ["threshold"] = average,
            },
        };
    }

    private static JsonObject Resource(AutoscalingMetric metric) => new JsonObject
    {
        ["type"] = metric.Name,
        ["metricType"] = metric.TargetAverageUtilization is null ? "AverageValue" : "Utilization",
        ["metadata"] = new JsonObject { ["value"] = metric.TargetAverageUtilization?.ToString(CultureInfo.InvariantCulture) ?? metric.TargetAverageValue ?? LoadForEachPod },
    };
}
