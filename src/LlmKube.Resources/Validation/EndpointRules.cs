using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>What must hold about the way a service is reached and scaled.</summary>
internal static class EndpointRules
{
    public static void Check(Findings findings, InferenceServiceSpec spec)
    {
        var endpoint = spec.Endpoint;
        findings.AddIf(
            endpoint?.NodePort is not null && Defaults.ServiceTypeOf(spec) == ServiceTypes.ClusterIp,
            "spec.endpoint.nodePort",
            "A ClusterIP service has no port on the nodes. Remove nodePort, or set the type to NodePort or LoadBalancer.");
        findings.AddIf(
            endpoint?.Path is { Length: > 0 } path && !path.StartsWith('/'),
            "spec.endpoint.path",
            $"'{endpoint?.Path}' is no path. Start it with a slash.");
        if (endpoint?.Gateway is { } gateway)
        {
            findings.AddIf(
                gateway.GatewayRef is null || gateway.GatewayRef.Name.Length == 0,
                "spec.endpoint.gateway.gatewayRef",
                "Publishing needs a gateway. Name it in gatewayRef.name.");
        }

        if (spec.Autoscaling is { } autoscaling)
        {
            CheckAutoscaling(findings, autoscaling);
        }
    }

    private static void CheckAutoscaling(Findings findings, AutoscalingSpec autoscaling)
    {
        const string Path = "spec.autoscaling";
        if (autoscaling.MaxReplicas is not { } max)
        {
            findings.Add(Path + ".maxReplicas", "Autoscaling needs an upper limit. Set maxReplicas.");
        }
        else
        {
            var min = autoscaling.MinReplicas ?? 1;
            findings.AddIf(min > max, Path + ".minReplicas", $"minReplicas {min} is above maxReplicas {max}. Lower the one or raise the other.");
        }

        for (var i = 0; i < autoscaling.Metrics?.Count; i++)
        {
            CheckMetric(findings, $"{Path}.metrics[{i}]", autoscaling.Metrics[i]);
        }
    }

    private static void CheckMetric(Findings findings, string path, AutoscalingMetric metric)
    {
        var hasValue = !string.IsNullOrEmpty(metric.TargetAverageValue);
        var hasUtilization = metric.TargetAverageUtilization is not null;
        findings.AddIf(metric.Name.Length == 0, path + ".name", "A metric needs a name. Name the pods' metric, or cpu or memory.");
        findings.AddIf(
            hasValue == hasUtilization, path, "A metric has one target. Set either targetAverageValue or targetAverageUtilization.");
        findings.AddIf(
            metric.Type == AutoscalingMetricTypes.Pods && hasUtilization,
            path + ".targetAverageUtilization",
            "A metric of type Pods has no percentage. Set targetAverageValue, or use the type Resource.");
        findings.CheckQuantity(path + ".targetAverageValue", metric.TargetAverageValue);
    }
}
