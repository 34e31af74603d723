using System.Globalization;

namespace LlmKube.ApiServer.Tables;

/// <summary>A length of time in the two largest units that matter, as Kubernetes prints ages.</summary>
internal static class HumanDuration
{
    private const int Day = 24;
    private const int Year = 365 * Day;

    public static string Of(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        if (seconds < 120)
        {
            return Text($"{Math.Max(seconds, 0)}s");
        }

        var minutes = seconds / 60;
        if (minutes < 10)
        {
            return Two(minutes, "m", seconds % 60, "s");
        }

        if (minutes < 180)
        {
            return Text($"{minutes}m");
        }

        var hours = minutes / 60;
        return hours switch
        {
            < 8 => Two(hours, "h", minutes % 60, "m"),
            < 2 * Day => Text($"{hours}h"),
            < 8 * Day => Two(hours / Day, "d", hours % Day, "h"),
            < 2 * Year => Text($"{hours / Day}d"),
            < 8 * Year => Two(hours / Year, "y", hours / Day % 365, "d"),
            _ => Text($"{hours / Year}y"),
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? Text($"{large}{largeUnit}") : Text($"{large}{largeUnit}{small}{smallUnit}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
