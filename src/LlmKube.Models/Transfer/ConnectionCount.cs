namespace LlmKube.Models.Transfer;

/// <summary>How many connections are worth having: one more while one more brings more, half as many when the place asks for fewer.</summary>
internal sealed class ConnectionCount(int max)
{
    private const int First = 4;
    private const double WorthIt = 1.05;
    private const int PauseAfterThrottling = 20;

    private readonly Lock _gate = new();
    private double _best;
    private int _calm;

    public int Target { get; private set; } = Math.Min(First, max);

    /// <summary>Takes note of the rate of the last interval; true when the target rose.</summary>
    public bool Measured(double bytesPerSecond)
    {
        lock (_gate)
        {
            if (_calm > 0)
            {
                _calm--;
                return false;
            }

            if (Target >= max || bytesPerSecond <= _best * WorthIt)
            {
                return false;
            }

            _best = bytesPerSecond;
            Target++;
            return true;
        }
    }

    /// <summary>The place asked for fewer requests.</summary>
    public void Throttled()
    {
        lock (_gate)
        {
            Target = Math.Max(1, Target / 2);
            _best = 0;
            _calm = PauseAfterThrottling;
        }
    }
}
