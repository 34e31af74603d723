namespace LlmKube.Models.Transfer;

/// <summary>Shares a number of bytes per second among connections: who read more than is due waits until it is.</summary>
internal sealed class BandwidthLimit(long? bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _paidUntil = time.GetTimestamp();

    /// <summary>Accounts for bytes that were read, and waits for as long as they should have taken.</summary>
    public ValueTask SpendAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return ValueTask.CompletedTask;
        }

        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _paidUntil = Math.Max(_paidUntil, now) + (long)((double)bytes / rate * time.TimestampFrequency);
            wait = time.GetElapsedTime(now, _paidUntil);
        }

        return new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
