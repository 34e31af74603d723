using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>A service's objective as Pyrra reads it. Pure.</summary>
internal static class ObjectiveObject
{
    private const string DefaultWindow = "28d";

    /// <summary>Whether its runtime counts what the indicator needs: every one is up or not, and vLLM counts how long requests take.</summary>
    public static bool IsMeasured(InferenceServiceSpec spec) => IndicatorOf(spec.Slo) == SloIndicators.Availability || Defaults.RuntimeOf(spec) == RuntimeNames.Vllm;

    /// <summary>Null where none is asked for, or its runtime does not count what it needs.</summary>
    public static ServiceLevelObjective? Of(InferenceService service)
    {
        if (service.Spec.Slo is not { } slo || !IsMeasured(service.Spec))
        {
            return null;
        }

        var (name, ns, indicator) = (service.Metadata.Name ?? "", service.Metadata.Namespace ?? "", IndicatorOf(slo));
        var metadata = ChildMetadata.Of(service, slo.Name is { Length: > 0 } own ? own : $"{name}-{indicator}");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in metadata.Labels!)
        {
            labels[key] = value;
        }

        labels[Labels.AppManagedBy] = "llmkube";
        labels[Labels.InferenceService] = name;
        return new ServiceLevelObjective
        {
            Metadata = metadata with { Labels = labels },
            Spec = PodJson.Of(new JsonObject
            {
                ["target"] = slo.Objective,
                ["window"] = slo.Window is { Length: > 0 } window ? window : DefaultWindow,
                ["indicator"] = indicator == SloIndicators.Latency ? Latency(ServiceNames.ServiceOf(name), ns, slo.LatencyThreshold ?? "") : Availability(ServiceNames.ServiceOf(name), ns),
            }),
        };
    }

    private static JsonObject Availability(string service, string ns) => new()
    {
        ["bool_gauge"] = new JsonObject { ["metric"] = $$"""up{namespace="{{ns}}",service="{{service}}"}""" },
    };

    private static JsonObject Latency(string service, string ns, string seconds)
    {
        var of = $"namespace=\"{ns}\",service=\"{service}\"";
        return new JsonObject
        {
            ["latency"] = new JsonObject
            {
                ["success"] = new JsonObject { ["metric"] = $"vllm:e2e_request_latency_seconds_bucket{{{of},le=\"{seconds}\"}}" },
                ["total"] = new JsonObject { ["metric"] = $"vllm:e2e_request_latency_seconds_count{{{of}}}" },
            },
        };
    }

    private static string IndicatorOf(SloSpec? slo) => slo?.Indicator is { Length: > 0 } indicator ? indicator : SloIndicators.Availability;
}
