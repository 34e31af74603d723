namespace LlmKube.Agent.Processes;

/// <summary>How long to wait before a process that ended is started again; the kubelet's schedule: 10 s doubling to 5 min, but 1 s at first.</summary>
internal static class RestartBackoff
{
    public static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <summary>The wait before restart number <paramref name="failures"/>, counted from 1.</summary>
    public static TimeSpan After(int failures) =>
        failures <= 0 ? TimeSpan.Zero
        : failures > 16 ? s_longest
        : TimeSpan.FromTicks(Math.Min(s_first.Ticks << (failures - 1), s_longest.Ticks));
}
