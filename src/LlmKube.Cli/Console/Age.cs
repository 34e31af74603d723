using System.Globalization;

namespace LlmKube.Cli.Console;

/// <summary>Times for people, as kubectl prints them: <c>45s</c>, <c>12m</c>, <c>3h</c>, <c>5d</c>.</summary>
internal static class Age
{
    public static string Print(DateTimeOffset? since, DateTimeOffset now)
    {
        if (since is null)
        {
            return "<unknown>";
        }

        var age = now - since.Value;
        return age.TotalSeconds < 120 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)age.TotalSeconds)}s")
            : age.TotalMinutes < 120 ? string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m")
            : age.TotalHours < 48 ? string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d");
    }
}
