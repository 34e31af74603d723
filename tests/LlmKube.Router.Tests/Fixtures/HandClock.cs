namespace LlmKube.Router.Tests.Fixtures;

/// <summary>Timestamps that move only by hand, at an odd frequency so that mistaken tick arithmetic shows.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _now = 12345;

    public override long TimestampFrequency => 3_000_007;

    public override long GetTimestamp() => _now;

    public void Advance(TimeSpan by) => _now += (long)(by.TotalSeconds * TimestampFrequency);
}
