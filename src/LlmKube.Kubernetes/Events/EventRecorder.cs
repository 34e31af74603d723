using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Events;

/// <summary>
/// Tells people what happened to an object. Recording never waits and never fails; writing happens in <see cref="RunAsync"/>.
/// The same sentence about the same object is one event with a count.
/// </summary>
public sealed partial class EventRecorder
{
    private const int MaxTries = 5;

    private readonly ResourceClient<DynamicObject> _events;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics? _metrics;
    private readonly EventLedger _ledger;
    private readonly Channel<(RecordedEvent Event, DateTimeOffset At)> _waiting;
    private int _names;

    public EventRecorder(KubernetesClient client, EventRecorderOptions options, TimeProvider time, ILogger logger)
        : this(client, options, time, logger, metrics: null)
    {
    }

    internal EventRecorder(KubernetesClient client, EventRecorderOptions options, TimeProvider time, ILogger logger, RuntimeMetrics? metrics)
    {
        _events = client.Of(RecordedEvent.Definition);
        _options = options;
        _time = time;
        _logger = logger;
        _metrics = metrics;
        _ledger = new EventLedger(options, time);
        _waiting = Channel.CreateBounded<(RecordedEvent, DateTimeOffset)>(new BoundedChannelOptions(options.Capacity) { SingleReader = true });
        foreach (var why in (string[])["full", "limited", "refused"])
        {
            Dropped(why, count: 0);
        }
    }

    /// <summary>Something happened that people may want to know.</summary>
    public void Normal(IResource about, string reason, string message) => Record(RecordedEvent.Of(about, RecordedEvent.Normal, reason, message));

    /// <summary>Something happened that people should look at.</summary>
    public void Warning(IResource about, string reason, string message) => Record(RecordedEvent.Of(about, RecordedEvent.Warning, reason, message));

    /// <summary>Writes events until cancelled, then for a short while those that still wait.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var flushEnds = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var stopping = cancellationToken.Register(() => flushEnds.CancelAfter(_options.FlushTime));
        try
        {
            while (await HasMoreAsync(cancellationToken))
            {
                await WriteWaitingAsync(flushEnds.Token);
            }

            await WriteWaitingAsync(flushEnds.Token);
        }
        catch (OperationCanceledException) when (flushEnds.IsCancellationRequested)
        {
            LogUnwritten(_waiting.Reader.Count);
        }
    }

    private async Task<bool> HasMoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _waiting.Reader.WaitToReadAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Record(RecordedEvent recorded)
    {
        if (!_waiting.Writer.TryWrite((recorded, _time.GetUtcNow())))
        {
            Dropped("full");
        }
    }

    /// <summary>Takes what waits now, folds repetitions into one write each, and writes in order of first occurrence.</summary>
    private async Task WriteWaitingAsync(CancellationToken cancellationToken)
    {
        while (_waiting.Reader.TryPeek(out _))
        {
            var folded = new Dictionary<RecordedEvent, (int Count, DateTimeOffset First, DateTimeOffset Last)>();
            while (_waiting.Reader.TryRead(out var next))
            {
                var before = folded.GetValueOrDefault(next.Event, (Count: 0, First: next.At, Last: next.At));
                folded[next.Event] = (before.Count + 1, before.First, next.At);
            }

            foreach (var (recorded, times) in folded.OrderBy(entry => entry.Value.First))
            {
                if (_ledger.MayWrite(recorded))
                {
                    await WriteAsync(recorded, times.Count, times.First, times.Last, cancellationToken);
                }
                else
                {
                    Dropped("limited", times.Count);
                }
            }
        }
    }

    private async Task WriteAsync(RecordedEvent recorded, int count, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteOnceAsync(recorded, count, first, last, cancellationToken);
                return;
            }
            catch (Exception e) when (IsTransient(e, cancellationToken) && attempt < MaxTries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), _time, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException)
            {
                // A namespace that is going away refuses events: that is no trouble of ours.
                Dropped("refused", count);
                LogRefused(recorded.Reason, recorded.Kind, recorded.About, e.Message);
                return;
            }
        }
    }

    private async Task WriteOnceAsync(RecordedEvent recorded, int count, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        if (_ledger.Find(recorded) is { } written)
        {
            try
            {
                var patch = new JsonObject { ["count"] = written.Count + count, ["lastTimestamp"] = RecordedEvent.Seconds(last) };
                await _events.PatchAsync(new ObjectKey(recorded.Namespace, written.Name), Patch.Merge(patch), new PatchOptions(), cancellationToken);
                _ledger.Wrote(recorded, written with { Count = written.Count + count });
                return;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Events live for an hour or so: after that it is a new one.
                _ledger.Forget(recorded);
            }
        }

        var name = recorded.NewName(first, _names++);
        await _events.CreateAsync(recorded.ToObject(name, _options, count, first, last), cancellationToken);
        _ledger.Wrote(recorded, new WrittenEvent(name, count, first));
    }

    private static bool IsTransient(Exception e, CancellationToken cancellationToken) => e switch
    {
        ApiException api => api.Code >= 500 || api.IsThrottled || api.IsAlreadyExists,
        HttpRequestException or IOException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    private void Dropped(string why, int count = 1) => _metrics?.EventsDropped.Add(count, new KeyValuePair<string, object?>("why", why));

    [LoggerMessage(Level = LogLevel.Debug, EventName = "EventRefused", Message = "The event {Reason} of {Kind} {Key} was not written: {Trouble}")]
    private partial void LogRefused(string reason, string kind, ObjectKey key, string trouble);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "EventsUnwritten", Message = "Stopped before all events were written; {Count} still waited")]
    private partial void LogUnwritten(int count);
}
