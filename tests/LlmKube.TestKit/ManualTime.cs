namespace LlmKube.TestKit;

/// <summary>
/// A clock that moves only when told. Its timestamps count in an odd unit, so that code which takes them for ticks or milliseconds fails.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    private const long Frequency = 7_919_033;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;

    public ManualTime(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2031, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    public override long TimestampFrequency => Frequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>What is left until each armed timer fires, the next one first.</summary>
    public IReadOnlyList<TimeSpan> Pending
    {
        get
        {
            lock (_gate)
            {
                return [.. _timers.Where(timer => timer.Due is not null).Select(timer => timer.Due!.Value - _elapsed).Order()];
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _start + _elapsed;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return 41 + (long)((Int128)_elapsed.Ticks * Frequency / TimeSpan.TicksPerSecond);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and fires each timer on the way at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end;
        lock (_gate)
        {
            end = _elapsed + by;
        }

        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _elapsed = end > _elapsed ? end : _elapsed;
        }
    }

    /// <summary>Moves the clock and fires nothing, as on a machine that is too busy for its timers; they fire with the next <see cref="Advance"/>.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
        {
            _elapsed += by;
        }
    }

    /// <summary>
    /// Moves the clock in steps until the awaited thing has happened. Other tasks get to run between the steps, so how far the
    /// clock has moved by then says only "at least as long as it takes".
    /// </summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> awaited, TimeSpan step)
    {
        var deadline = System.GetTimestamp() + (System.TimestampFrequency * 20);
        while (!awaited.IsCompleted && System.GetTimestamp() < deadline)
        {
            Advance(step);
            await Task.WhenAny(awaited, Task.Delay(TimeSpan.FromMilliseconds(5), System, CancellationToken.None));
        }

        return awaited.IsCompleted
            ? await awaited
            : throw new TimeoutException($"Did not happen although the clock moved to {GetUtcNow():O}.");
    }

    /// <summary>The same for a condition.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step) => AdvanceUntilAsync(Eventually.BecomesAsync(condition), step);

    private ManualTimer? TakeDue(TimeSpan end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is not null)
            {
                _elapsed = next.Due > _elapsed ? next.Due.Value : _elapsed;
                next.Due = next.Period is { } period ? _elapsed + period : null;
            }

            return next;
        }
    }

    /// <summary>A timer of this clock.</summary>
    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        internal TimeSpan? Due { get; set; }

        internal TimeSpan? Period { get; private set; }

        internal void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // As the system's own timers do.
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            lock (time._gate)
            {
                if (!time._timers.Contains(this))
                {
                    time._timers.Add(this);
                }

                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;
                Period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : period;
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
