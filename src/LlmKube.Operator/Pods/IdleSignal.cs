using System.Globalization;
using LlmKube.Operator.Pods.Runtimes;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>How a pod is asked whether it works on requests: a path that answers with success while it does not, or a metric that is zero then.</summary>
/// <param name="Path">What is asked for.</param>
/// <param name="Metric">The gauge in the answer; null where success alone says it.</param>
internal sealed record IdleSignal(string Path, string? Metric)
{
    private const string MetricsPath = "/metrics";

    /// <summary>Null where nothing tells.</summary>
    public static IdleSignal? Of(InferenceService service, RuntimeContainer runtime) =>
        service.Metadata.Annotations?.GetValueOrDefault(Annotations.IdleEndpoint) is { Length: > 0 } path ? new IdleSignal(path.StartsWith('/') ? path : $"/{path}", null)
        : (runtime.BusyMetric ?? runtime.LoadMetric) is { } metric ? new IdleSignal(MetricsPath, metric)
        : null;

    /// <summary>Whether an answer says that the pod is idle. A metric that is not there says nothing, and that counts as busy.</summary>
    public bool IsIdle(string answer)
    {
        if (Metric is null)
        {
            return true;
        }

        var (found, sum) = (false, 0.0);
        foreach (var line in answer.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Metric, StringComparison.Ordinal) && line.Length > Metric.Length && line[Metric.Length] is ' ' or '{'
                && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                (found, sum) = (true, sum + value);
            }
        }

        return found && sum == 0;
    }
}
