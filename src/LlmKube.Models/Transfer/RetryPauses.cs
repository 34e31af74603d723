namespace LlmKube.Models.Transfer;

/// <summary>How long to wait before the next attempt: doubling, spread at random so that many who failed together do not return together.</summary>
internal static class RetryPauses
{
    /// <summary>The pause before attempt <paramref name="attempt"/> (the first repetition is 1), never shorter than what the place asked for.</summary>
    public static TimeSpan Before(int attempt, TimeSpan? asked, TransferOptions options, Random random)
    {
        var doubled = options.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 16));
        var longest = doubled < options.LongestPause ? doubled : options.LongestPause;
        var spread = longest * (0.5 + (random.NextDouble() / 2));
        return asked is { } least && least > spread ? least : spread;
    }
}
