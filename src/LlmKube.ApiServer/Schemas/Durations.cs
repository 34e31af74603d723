using System.Buffers;
using System.Globalization;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Durations as Go writes them, such as <c>1h30m</c> or <c>500ms</c>.</summary>
internal static class Durations
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        rest = isNegative || rest.StartsWith("+") ? rest[1..] : rest;
        if (rest is "0")
        {
            return true;
        }

        var seconds = 0.0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(s_digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }

            rest = rest[digits..];
            var next = rest.IndexOfAny(s_digits);
            var unit = next < 0 ? rest : rest[..next];
            if (SecondsOf(unit) is not { } scale)
            {
                return false;
            }

            seconds += amount * scale;
            rest = rest[unit.Length..];
        }

        if (text.Length == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(isNegative ? -seconds : seconds);
        return true;
    }

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "us" or "µs" or "μs" => 1e-6,
        "ns" => 1e-9,
        _ => null,
    };
}
