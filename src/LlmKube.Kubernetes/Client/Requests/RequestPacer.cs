namespace LlmKube.Kubernetes.Client.Requests;

/// <summary>
/// Spreads requests: a burst goes at once, then so many a second. It is a token bucket that may go into debt, so that whoever waits knows
/// at once how long, and turns are kept.
/// </summary>
internal sealed class RequestPacer
{
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly int _burst;
    private readonly Lock _gate = new();
    private double _tokens;
    private long _at;

    /// <summary>A pacer with a full bucket.</summary>
    /// <param name="perSecond">Requests a second in the long run.</param>
    /// <param name="burst">Requests that may go at once after a pause.</param>
    /// <param name="time">The clock.</param>
    internal RequestPacer(double perSecond, int burst, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        (_perSecond, _burst, _time, _tokens, _at) = (perSecond, burst, time, burst, time.GetTimestamp());
    }

    /// <summary>Takes a turn and says how long to wait for it.</summary>
    internal TimeSpan Take()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond)) - 1;
            _at = now;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
        }
    }
}
