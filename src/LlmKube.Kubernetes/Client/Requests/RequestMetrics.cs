using System.Diagnostics.Metrics;
using System.Globalization;
using LlmKube.Kubernetes.Telemetry;

namespace LlmKube.Kubernetes.Client.Requests;

/// <summary>What clients ask of their API server, under client-go's names.</summary>
internal sealed class RequestMetrics : IDisposable
{
    private static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
    };

    private readonly Meter _meter = new(RuntimeMetrics.MeterName);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _paced;

    internal RequestMetrics()
    {
        _requests = _meter.CreateCounter<long>("rest_client_requests_total", description: "Requests to the API server, by method and status code.");
        _retries = _meter.CreateCounter<long>("rest_client_request_retries_total", description: "Requests sent again, by method and why.");
        _duration = _meter.CreateHistogram("rest_client_request_duration_seconds", "s", "How long requests take with their retries.", tags: null, s_buckets);
        _paced = _meter.CreateHistogram("rest_client_rate_limiter_duration_seconds", "s", "How long requests wait for their turn.", tags: null, s_buckets);
    }

    public void Dispose() => _meter.Dispose();

    internal void Answered(HttpMethod method, int code, TimeSpan took) => Count(method, code.ToString(CultureInfo.InvariantCulture), took);

    internal void Failed(HttpMethod method, TimeSpan took) => Count(method, "<error>", took);

    internal void Retried(HttpMethod method, string why) => _retries.Add(1, Tag(method), new("reason", why));

    internal void Paced(HttpMethod method, TimeSpan wait) => _paced.Record(wait.TotalSeconds, Tag(method));

    private static KeyValuePair<string, object?> Tag(HttpMethod method) => new("method", method.Method);

    private void Count(HttpMethod method, string code, TimeSpan took)
    {
        _requests.Add(1, Tag(method), new("code", code));
        _duration.Record(took.TotalSeconds, Tag(method));
    }
}
