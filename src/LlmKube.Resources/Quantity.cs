using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LlmKube.Resources;

/// <summary>An amount as Kubernetes writes it: <c>500m</c>, <c>4Gi</c>, <c>1.5</c>, <c>2e9</c>.</summary>
public readonly record struct Quantity(decimal Value)
{
    /// <summary>The amount in whole units, rounded up as the scheduler does; the largest number where it is larger.</summary>
    public long RoundedUp => Value >= long.MaxValue ? long.MaxValue : Value <= long.MinValue ? long.MinValue : (long)decimal.Ceiling(Value);

    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var end = text.Length;
        var start = text[0] is '+' or '-' ? 1 : 0;
        var split = start;
        while (split < end && (char.IsAsciiDigit(text[split]) || text[split] == '.'))
        {
            split++;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (split == start
            || !decimal.TryParse(text.AsSpan(0, split), Styles, CultureInfo.InvariantCulture, out var number)
            || FactorOf(text[split..]) is not { } factor)
        {
            return false;
        }

        try
        {
            quantity = new Quantity(number * factor);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>What the suffix multiplies by; null when it is none that Kubernetes knows.</summary>
    private static decimal? FactorOf(string suffix) => suffix switch
    {
        "" => 1m,
        "n" => 1e-9m,
        "u" => 1e-6m,
        "m" => 1e-3m,
        "k" => 1e3m,
        "M" => 1e6m,
        "G" => 1e9m,
        "T" => 1e12m,
        "P" => 1e15m,
        "E" => 1e18m,
        "Ki" => 1L << 10,
        "Mi" => 1L << 20,
        "Gi" => 1L << 30,
        "Ti" => 1L << 40,
        "Pi" => 1L << 50,
        "Ei" => 1L << 60,
        _ => PowerOf(suffix),
    };

    private static decimal? PowerOf(string suffix) =>
        suffix[0] is 'e' or 'E' && decimal.TryParse("1" + suffix, NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var power) ? power : null;
}
