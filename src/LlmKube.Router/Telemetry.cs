using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmKube.Router.Routing;

namespace LlmKube.Router;

/// <summary>
/// The router's metrics, under the names that LLMKube's dashboards use, and its spans. Every request is counted once, whatever
/// became of it. Labels are bounded: a model that does not exist has no label of its own.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    public const string Name = "LlmKube.Router";

    private static readonly ActivitySource s_activities = new(Name);

    // A stream may last long: the buckets go to twenty minutes.
    private static readonly InstrumentAdvice<double> s_durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200],
    };

    private static readonly InstrumentAdvice<double> s_firstTokens = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48],
    };

    private readonly string _router;
    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _durationSeconds;
    private readonly Histogram<double> _firstTokenSeconds;

    public Telemetry(string router, CurrentRoutes routes)
    {
        _router = router;
        _meter = new Meter(new MeterOptions(Name) { Scope = routes });
        _requests = _meter.CreateCounter<long>("llmkube_router_requests_total", description: "Inference requests by outcome, failures included.");
        _retries = _meter.CreateCounter<long>("llmkube_router_retries_total", description: "Requests that were sent to a further endpoint.");
        _active = _meter.CreateUpDownCounter<long>("llmkube_router_active_requests", description: "Inference requests in progress.");
        _durationSeconds = _meter.CreateHistogram("llmkube_router_request_duration_seconds", "s", "Time from a request to the last byte of its answer.", null, s_durations);
        _firstTokenSeconds = _meter.CreateHistogram("llmkube_router_first_token_seconds", "s", "Time from sending a request on to the first byte of its answer.", null, s_firstTokens);
        _meter.CreateObservableGauge("llmkube_router_backend_health", () => Health(routes.Table), description: "1 where a model has a ready endpoint.");
        _meter.CreateObservableGauge(
            "llmkube_router_active_backends", () => Measure(Ready(routes.Table), ("tier", "local")), description: "Models with a ready endpoint.");
        _requests.Add(0, Tag("router", _router), Tag("backend", ""), Tag("outcome", Outcomes.Ok));
    }

    public void Started() => _active.Add(1, Tag("router", _router));

    public void Ended(string backend, string outcome, TimeSpan took, TimeSpan? firstByte, int attempts)
    {
        var router = Tag("router", _router);
        var model = Tag("backend", backend);
        _active.Add(-1, router);
        _requests.Add(1, router, model, Tag("outcome", outcome));
        _durationSeconds.Record(took.TotalSeconds, router, model);
        if (firstByte is { } first)
        {
            _firstTokenSeconds.Record(first.TotalSeconds, router, model);
        }

        if (attempts > 1)
        {
            _retries.Add(attempts - 1, router, model);
        }
    }

    /// <summary>A span named as the GenAI conventions name it; null when nobody listens.</summary>
    public static Activity? StartSpan(string operation, string model) => !s_activities.HasListeners()
        ? null
        : s_activities.StartActivity($"{operation} {model}", ActivityKind.Server)?
            .SetTag("gen_ai.operation.name", operation)
            .SetTag("gen_ai.request.model", model);

    public void Dispose() => _meter.Dispose();

    private List<Measurement<long>> Health(RouteTable? table) =>
        [.. (table?.Targets ?? []).Select(t => Measure(t.State is TargetState.Ready ? 1 : 0, ("backend", t.Model.ToString())))];

    private static long Ready(RouteTable? table) => table?.Targets.Count(t => t.State is TargetState.Ready) ?? 0;

    private Measurement<long> Measure(long value, (string Name, string Value) label) => new(value, Tag("router", _router), Tag(label.Name, label.Value));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>What became of a request: the values of the <c>outcome</c> label.</summary>
internal static class Outcomes
{
    public const string Ok = "ok";
    public const string OkStream = "ok_stream";
    public const string BadRequest = "bad_request";
    public const string NoRoute = "no_route";
    public const string NotReady = "not_ready";
    public const string AllBackendsFailed = "all_backends_failed";
    public const string BackendError = "backend_error";
    public const string Timeout = "timeout";
    public const string Truncated = "truncated";
    public const string ClientGone = "client_gone";
    public const string Failed = "failed";
}
