using System.Diagnostics.CodeAnalysis;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>A queue of keys and the workers that reconcile them. Made by <see cref="ControllerBuilder{T}"/>, run by <see cref="ControllerHost"/>.</summary>
public sealed partial class Controller : IDisposable
{
    private readonly IReconciler _reconciler;
    private readonly int _workers;
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics _metrics;
    private readonly WorkQueue<ObjectKey> _queue;
    private long _passes;

    internal Controller(string name, IReconciler reconciler, int workers, TimeSpan? timeout, ControllerHostOptions options, RuntimeMetrics metrics)
    {
        Name = name;
        _reconciler = reconciler;
        _workers = workers;
        _timeout = timeout;
        _time = options.Time;
        _logger = options.Logging.CreateLogger($"LlmKube.Kubernetes.Controllers.{name}");
        _metrics = metrics;
        _queue = new WorkQueue<ObjectKey>(options.Time, options.Queue, options.Jitter, new QueueMetrics(metrics, name));
        metrics.ObserveQueue(name, _queue.Observe);
    }

    public string Name { get; }

    /// <summary>Wants a pass for a reason that the API server does not know: a process ended, a file changed.</summary>
    public void Enqueue(ObjectKey key) => _queue.Add(key);

    /// <summary>The same after a while.</summary>
    public void EnqueueAfter(ObjectKey key, TimeSpan delay) => _queue.AddAfter(key, delay);

    public void Dispose() => _queue.Dispose();

    internal void Enqueue(ObjectKey key, QueuePriority priority) => _queue.Add(key, priority);

    /// <summary>Works until cancelled, and returns when the last pass has ended.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var metrics = new ControllerMetrics(_metrics, Name, _workers);
        LogStarted(Name, _workers);
        await using var closing = cancellationToken.Register(_queue.Close);
        await Task.WhenAll(Enumerable.Range(0, _workers).Select(_ => WorkAsync(metrics, cancellationToken)));
        LogStopped(Name);
    }

    private async Task WorkAsync(ControllerMetrics metrics, CancellationToken cancellationToken)
    {
        // Away from the caller: a reconciler that never waits must not keep the other workers from starting.
        await Task.Yield();

        // No token: closing the queue ends the loop, and a key that was handed out is always marked done.
        while (await _queue.TakeAsync(CancellationToken.None) is { } taken)
        {
            metrics.Began();
            var began = _time.GetTimestamp();
            try
            {
                await PassAsync(taken, metrics, cancellationToken);
            }
            finally
            {
                metrics.Ended(_time.GetElapsedTime(began));
                _queue.Done(taken.Key);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A pass that fails in any way is logged once and retried; the worker lives on.")]
    private async Task PassAsync(Taken<ObjectKey> taken, ControllerMetrics metrics, CancellationToken cancellationToken)
    {
        using var scope = BeginScope(taken.Key);
        using var activity = RuntimeMetrics.Activities.StartActivity("reconcile");
        activity?.SetTag("controller", Name).SetTag("k8s.object", taken.Key.ToString());
        using var overdue = _timeout is { } limit ? new CancellationTokenSource(limit, _time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, cancellationToken);
        try
        {
            var reconciled = await _reconciler.ReconcileAsync(taken.Key, either.Token);
            _queue.Forget(taken.Key);
            if (reconciled.LookAgain is { } delay)
            {
                _queue.AddAfter(taken.Key, delay, taken.Priority);
            }

            metrics.Finished(reconciled.LookAgain is null ? ControllerMetrics.Success : ControllerMetrics.RequeueAfter);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped on purpose: whoever starts next sees the object again.
        }
        catch (OperationCanceledException) when (overdue.IsCancellationRequested)
        {
            metrics.TimedOut();
            metrics.Finished(ControllerMetrics.Error);
            LogTimedOut(Name, taken.Key, _timeout ?? TimeSpan.Zero, _queue.Retry(taken.Key, taken.Priority));
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // The cache was behind: the pass is repeated on newer state, and nobody needs to hear of it.
            metrics.Finished(ControllerMetrics.Requeue);
            _queue.Retry(taken.Key, taken.Priority);
        }
        catch (Exception e)
        {
            metrics.Failed();
            metrics.Finished(ControllerMetrics.Error);
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.Message);
            var asked = (e as ApiException)?.RetryAfter ?? TimeSpan.Zero;
            LogFailed(e, Name, taken.Key, _queue.Retry(taken.Key, taken.Priority, asked));
        }
    }

    private IDisposable? BeginScope(ObjectKey key) => _logger.BeginScope(new KeyValuePair<string, object>[]
    {
        new("Controller", Name),
        new("Namespace", key.Namespace),
        new("Name", key.Name),
        new("Pass", Interlocked.Increment(ref _passes)),
    });

    [LoggerMessage(Level = LogLevel.Information, EventName = "ControllerStarted", Message = "Controller {Controller} started with {Workers} workers")]
    private partial void LogStarted(string controller, int workers);

    [LoggerMessage(Level = LogLevel.Information, EventName = "ControllerStopped", Message = "Controller {Controller} stopped")]
    private partial void LogStopped(string controller);

    [LoggerMessage(Level = LogLevel.Error, EventName = "ReconcileFailed", Message = "{Controller} could not reconcile {Key}; trying again in {Delay}")]
    private partial void LogFailed(Exception e, string controller, ObjectKey key, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "ReconcileTimedOut", Message = "{Controller} took longer than {Limit} for {Key}; trying again in {Delay}")]
    private partial void LogTimedOut(string controller, ObjectKey key, TimeSpan limit, TimeSpan delay);
}
