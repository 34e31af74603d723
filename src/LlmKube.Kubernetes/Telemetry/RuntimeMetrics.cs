using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LlmKube.Kubernetes.Telemetry;

/// <summary>
/// The metrics of caches, queues, controllers and leadership, under the names that controller-runtime uses, so that existing dashboards
/// work. Every counter is reported as zero when its owner is made: create the reader (<see cref="PrometheusText"/>) before.
/// </summary>
public sealed class RuntimeMetrics : IDisposable
{
    public const string MeterName = "LlmKube.Kubernetes";

    internal static readonly ActivitySource Activities = new(MeterName);

    // Powers of ten: from a lookup in memory to a pass that waits for a slow server.
    private static readonly InstrumentAdvice<double> s_queueBuckets = new()
    {
        HistogramBucketBoundaries = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000],
    };

    private static readonly InstrumentAdvice<double> s_reconcileBuckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60],
    };

    private readonly bool _ownsMeter;
    private readonly Lock _gate = new();
    private readonly List<(string Name, Func<QueueState> Observe)> _queues = [];

    public RuntimeMetrics(IMeterFactory? meters = null)
    {
        // A factory disposes its meters itself.
        _ownsMeter = meters is null;
        Meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        ReconcileTotal = Meter.CreateCounter<long>("controller_runtime_reconcile_total", description: "Passes by controller and result.");
        ReconcileErrors = Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", description: "Passes that ended with an exception.");
        ReconcileTimeouts = Meter.CreateCounter<long>("controller_runtime_reconcile_timeouts_total", description: "Passes that took longer than they may.");
        ReconcileTime = Meter.CreateHistogram("controller_runtime_reconcile_time_seconds", "s", "How long a pass takes.", tags: null, s_reconcileBuckets);
        ActiveWorkers = Meter.CreateUpDownCounter<long>("controller_runtime_active_workers", description: "Workers in a pass.");
        MaxWorkers = Meter.CreateUpDownCounter<long>("controller_runtime_max_concurrent_reconciles", description: "Workers there are.");
        QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", description: "Wishes for a pass.");
        QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", description: "Wishes after a failure.");
        QueueWait = Meter.CreateHistogram("workqueue_queue_duration_seconds", "s", "How long a key waits for a worker.", tags: null, s_queueBuckets);
        QueueWork = Meter.CreateHistogram("workqueue_work_duration_seconds", "s", "How long a key is held.", tags: null, s_queueBuckets);
        LeaderStatus = Meter.CreateUpDownCounter<long>("leader_election_master_status", description: "1 while this process leads.");
        Relists = Meter.CreateCounter<long>("reflector_lists_total", description: "Whole lists read by caches.");
        WatchFailures = Meter.CreateCounter<long>("reflector_failures_total", description: "Lists and watches that failed.");
        EventsDropped = Meter.CreateCounter<long>("event_recorder_dropped_total", description: "Events that were not written, by why.");
        Meter.CreateObservableGauge("workqueue_depth", () => Observe(state => (double)state.Depth), description: "Keys that wait for a worker.");
        Meter.CreateObservableGauge("workqueue_unfinished_work_seconds", () => Observe(state => state.UnfinishedSeconds), "s", "Sum of the time of passes under way.");
        Meter.CreateObservableGauge("workqueue_longest_running_processor_seconds", () => Observe(state => state.LongestSeconds), "s", "Time of the longest pass under way.");
    }

    internal Meter Meter { get; }

    internal Counter<long> ReconcileTotal { get; }

    internal Counter<long> ReconcileErrors { get; }

    internal Counter<long> ReconcileTimeouts { get; }

    internal Histogram<double> ReconcileTime { get; }

    internal UpDownCounter<long> ActiveWorkers { get; }

    internal UpDownCounter<long> MaxWorkers { get; }

    internal Counter<long> QueueAdds { get; }

    internal Counter<long> QueueRetries { get; }

    internal Histogram<double> QueueWait { get; }

    internal Histogram<double> QueueWork { get; }

    internal UpDownCounter<long> LeaderStatus { get; }

    internal Counter<long> Relists { get; }

    internal Counter<long> WatchFailures { get; }

    internal Counter<long> EventsDropped { get; }

    public void Dispose()
    {
        if (_ownsMeter)
        {
            Meter.Dispose();
        }
    }

    internal void ObserveQueue(string name, Func<QueueState> observe)
    {
        lock (_gate)
        {
            _queues.Add((name, observe));
        }
    }

    private List<Measurement<double>> Observe(Func<QueueState, double> value)
    {
        lock (_gate)
        {
            return [.. _queues.Select(queue => new Measurement<double>(value(queue.Observe()), QueueMetrics.TagsOf(queue.Name)))];
        }
    }
}

/// <summary>A queue at one moment.</summary>
internal readonly record struct QueueState(int Depth, double UnfinishedSeconds, double LongestSeconds);

/// <summary>One queue's counters.</summary>
internal sealed class QueueMetrics
{
    private readonly RuntimeMetrics _metrics;
    private readonly KeyValuePair<string, object?>[] _tags;

    internal QueueMetrics(RuntimeMetrics metrics, string name)
    {
        _metrics = metrics;
        _tags = TagsOf(name);
        _metrics.QueueAdds.Add(0, _tags);
        _metrics.QueueRetries.Add(0, _tags);
    }

    internal static KeyValuePair<string, object?>[] TagsOf(string name) => [new("name", name), new("controller", name)];

    internal void Added() => _metrics.QueueAdds.Add(1, _tags);

    internal void Retried() => _metrics.QueueRetries.Add(1, _tags);

    internal void Waited(TimeSpan time) => _metrics.QueueWait.Record(time.TotalSeconds, _tags);

    internal void Worked(TimeSpan time) => _metrics.QueueWork.Record(time.TotalSeconds, _tags);
}

/// <summary>One controller's counters.</summary>
internal sealed class ControllerMetrics
{
    internal const string Success = "success";
    internal const string Error = "error";
    internal const string Requeue = "requeue";
    internal const string RequeueAfter = "requeue_after";

    private readonly RuntimeMetrics _metrics;
    private readonly KeyValuePair<string, object?> _controller;

    internal ControllerMetrics(RuntimeMetrics metrics, string name, int workers)
    {
        _metrics = metrics;
        _controller = new KeyValuePair<string, object?>("controller", name);
        foreach (var result in (string[])[Success, Error, Requeue, RequeueAfter])
        {
            Finished(result, count: 0);
        }

        _metrics.ReconcileErrors.Add(0, _controller);
        _metrics.ReconcileTimeouts.Add(0, _controller);
        _metrics.ActiveWorkers.Add(0, _controller);
        _metrics.MaxWorkers.Add(workers, _controller);
    }

    internal void Began() => _metrics.ActiveWorkers.Add(1, _controller);

    internal void Ended(TimeSpan time)
    {
        _metrics.ActiveWorkers.Add(-1, _controller);
        _metrics.ReconcileTime.Record(time.TotalSeconds, _controller);
    }

    internal void Finished(string result, int count = 1) =>
        _metrics.ReconcileTotal.Add(count, _controller, new KeyValuePair<string, object?>("result", result));

    internal void Failed() => _metrics.ReconcileErrors.Add(1, _controller);

    internal void TimedOut() => _metrics.ReconcileTimeouts.Add(1, _controller);
}
