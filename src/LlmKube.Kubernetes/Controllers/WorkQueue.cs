using System.Diagnostics.CodeAnalysis;
using LlmKube.Kubernetes.Telemetry;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>
/// Keys that want a pass, each at most once. A key is never handed to two takers at the same time: one that is added
/// while it is held comes back after <see cref="Done"/>. The earliest wish for a key wins, because the pass that
/// follows it decides anew when to look again.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    // Timers refuse more than 49 days; a longer wish is looked at again on the way.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly WorkQueueOptions _options;
    private readonly Random _jitter;
    private readonly QueueMetrics? _metrics;
    private readonly ITimer _timer;

    private readonly Dictionary<TKey, Wish> _wishes = [];
    private readonly Dictionary<TKey, long> _heldSince = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly LinkedList<TKey> _normal = new();
    private readonly LinkedList<TKey> _background = new();
    private readonly SortedDictionary<(long Due, long Sequence), TKey> _delayed = [];
    private readonly LinkedList<TaskCompletionSource<Taken<TKey>?>> _takers = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private bool _closed;

    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null, Random? jitter = null)
        : this(time, options, jitter, metrics: null)
    {
    }

    internal WorkQueue(TimeProvider time, WorkQueueOptions? options, Random? jitter, QueueMetrics? metrics)
    {
        _time = time;
        _options = options ?? new WorkQueueOptions();
        _jitter = jitter ?? Random.Shared;
        _metrics = metrics;
        _timer = time.CreateTimer(_ => PromoteDue(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that could be taken now.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _normal.Count + _background.Count;
            }
        }
    }

    /// <summary>Wants a pass for the key as soon as a taker is free.</summary>
    public void Add(TKey key, QueuePriority priority = QueuePriority.Normal) => AddAfter(key, TimeSpan.Zero, priority);

    /// <summary>Wants a pass for the key after a while; an earlier wish for the same key stands instead.</summary>
    public void AddAfter(TKey key, TimeSpan delay, QueuePriority priority = QueuePriority.Normal)
    {
        lock (_gate)
        {
            Want(key, delay, priority);
        }
    }

    /// <summary>Wants a pass after the key's backoff, which doubles with every call until <see cref="Forget"/>.</summary>
    /// <returns>How long the key waits.</returns>
    public TimeSpan Retry(TKey key, QueuePriority priority = QueuePriority.Normal, TimeSpan atLeast = default)
    {
        lock (_gate)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var backoff = Backoff(failures);
            var delay = backoff > atLeast ? backoff : atLeast;
            _metrics?.Retried();
            Want(key, delay, priority);
            return delay;
        }
    }

    /// <summary>Ends the key's backoff: its next failure waits the shortest time again.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>The next key, once there is one; null when the queue was closed.</summary>
    public Task<Taken<TKey>?> TakeAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<Taken<TKey>?>> taker;
        lock (_gate)
        {
            if (_closed)
            {
                return Task.FromResult<Taken<TKey>?>(null);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<Taken<TKey>?>(cancellationToken);
            }

            if (TryHold(out var taken))
            {
                return Task.FromResult<Taken<TKey>?>(taken);
            }

            taker = _takers.AddLast(new TaskCompletionSource<Taken<TKey>?>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return WaitAsync(taker, cancellationToken);
    }

    /// <summary>The taker is finished with the key.</summary>
    public void Done(TKey key)
    {
        lock (_gate)
        {
            if (!_heldSince.Remove(key, out var since))
            {
                throw new InvalidOperationException($"The key '{key}' is not held: it was never taken or is done already.");
            }

            _metrics?.Worked(_time.GetElapsedTime(since));
            if (_wishes.TryGetValue(key, out var wish) && wish.IsDue)
            {
                LineUp(key, wish);
                Serve();
            }

            if (_closed && _heldSince.Count == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>
    /// Hands out no more keys and forgets those that wait: whoever starts next lists everything again.
    /// Takers get null. Keys that are held stay held until done.
    /// </summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _wishes.Clear();
            _normal.Clear();
            _background.Clear();
            _delayed.Clear();
            foreach (var taker in _takers)
            {
                taker.TrySetResult(null);
            }

            _takers.Clear();
            if (_heldSince.Count == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>Closes the queue and waits until every held key is done.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        Close();
        return _drained.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        Close();
        _timer.Dispose();
    }

    internal QueueState Observe()
    {
        lock (_gate)
        {
            var held = _heldSince.Values.Select(since => _time.GetElapsedTime(since).TotalSeconds).ToList();
            return new QueueState(_normal.Count + _background.Count, held.Sum(), held.Count == 0 ? 0 : held.Max());
        }
    }

    private async Task<Taken<TKey>?> WaitAsync(LinkedListNode<TaskCompletionSource<Taken<TKey>?>> taker, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() =>
        {
            // Under the lock, so that a key is either handed to this taker or stays for another: never lost between the two.
            lock (_gate)
            {
                if (taker.Value.TrySetCanceled(cancellationToken))
                {
                    _takers.Remove(taker);
                }
            }
        });
        return await taker.Value.Task;
    }

    private void Want(TKey key, TimeSpan delay, QueuePriority priority)
    {
        if (_closed)
        {
            return;
        }

        _metrics?.Added();
        var now = _time.GetTimestamp();
        var due = delay <= TimeSpan.Zero ? now : now + ToTimestamp(delay);
        if (_wishes.TryGetValue(key, out var wish))
        {
            Hasten(key, wish, due, priority, now);
        }
        else
        {
            wish = new Wish(priority) { Due = due, IsDue = due <= now };
            _wishes.Add(key, wish);
            Place(key, wish, now);
        }
    }

    private void Hasten(TKey key, Wish wish, long due, QueuePriority priority, long now)
    {
        var sooner = !wish.IsDue && due < wish.Due;
        var higher = priority > wish.Priority;
        if (!sooner && !higher)
        {
            return;
        }

        RemoveFromLine(wish);
        wish.Priority = higher ? priority : wish.Priority;
        wish.Due = sooner ? due : wish.Due;
        wish.IsDue = wish.IsDue || wish.Due <= now;
        Place(key, wish, now);
    }

    private void Place(TKey key, Wish wish, long now)
    {
        if (!wish.IsDue)
        {
            wish.Delay = (wish.Due, _sequence++);
            _delayed.Add(wish.Delay.Value, key);
            ArmTimer(now);
        }
        else if (!_heldSince.ContainsKey(key))
        {
            LineUp(key, wish);
            Serve();
        }
    }

    private void LineUp(TKey key, Wish wish)
    {
        wish.ReadySince = wish.ReadySince == 0 ? _time.GetTimestamp() : wish.ReadySince;
        wish.InLine = (wish.Priority == QueuePriority.Normal ? _normal : _background).AddLast(key);
    }

    private void RemoveFromLine(Wish wish)
    {
        if (wish.InLine is { } node)
        {
            node.List!.Remove(node);
            wish.InLine = null;
        }

        if (wish.Delay is { } delay)
        {
            _delayed.Remove(delay);
            wish.Delay = null;
        }
    }

    private void Serve()
    {
        while (_takers.First is { } taker && TryHold(out var taken))
        {
            // A cancelled taker left the list under the same lock, so the first one always accepts.
            _takers.RemoveFirst();
            taker.Value.SetResult(taken);
        }
    }

    private bool TryHold(out Taken<TKey> taken)
    {
        var line = _normal.Count > 0 ? _normal : _background;
        if (line.First is not { } first)
        {
            taken = default;
            return false;
        }

        var key = first.Value;
        line.RemoveFirst();
        var wish = _wishes[key];
        _wishes.Remove(key);
        _heldSince.Add(key, _time.GetTimestamp());
        _metrics?.Waited(_time.GetElapsedTime(wish.ReadySince));
        taken = new Taken<TKey>(key, wish.Priority);
        return true;
    }

    private void PromoteDue()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_delayed.Count > 0 && _delayed.First() is var (place, key) && place.Due <= now)
            {
                var wish = _wishes[key];
                RemoveFromLine(wish);
                wish.IsDue = true;
                Place(key, wish, now);
            }

            ArmTimer(now);
        }
    }

    private void ArmTimer(long now)
    {
        if (_delayed.Count == 0)
        {
            return;
        }

        // What is due already, because the machine was busy when its timer was, has no time left; timers take no negative one.
        var due = _delayed.First().Key.Due;
        var left = due > now ? _time.GetElapsedTime(now, due) : TimeSpan.Zero;

        // A millisecond more than needed: a timer that fires too early finds nothing due.
        var wait = left + TimeSpan.FromMilliseconds(1);
        _timer.Change(wait < s_longestTimer ? wait : s_longestTimer, Timeout.InfiniteTimeSpan);
    }

    [SuppressMessage("Security", "CA5394", Justification = "Jitter keeps nothing secret.")]
    private TimeSpan Backoff(int failures)
    {
        var doubled = _options.FirstBackoff.TotalSeconds * Math.Pow(2, Math.Min(failures, 40));
        var bounded = Math.Min(doubled, _options.MaxBackoff.TotalSeconds);

        // Downwards, so that many keys at the longest wait spread as well.
        return TimeSpan.FromSeconds(bounded * (1 - (0.2 * _jitter.NextDouble())));
    }

    private long ToTimestamp(TimeSpan delay) => (long)Math.Ceiling(delay.TotalSeconds * _time.TimestampFrequency);

    /// <summary>When and how urgently a key wants its pass, and where it waits for it.</summary>
    private sealed class Wish(QueuePriority priority)
    {
        internal QueuePriority Priority { get; set; } = priority;

        internal long Due { get; set; }

        internal bool IsDue { get; set; }

        internal long ReadySince { get; set; }

        internal LinkedListNode<TKey>? InLine { get; set; }

        internal (long Due, long Sequence)? Delay { get; set; }
    }
}
