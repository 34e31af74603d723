using System.Globalization;

namespace LlmKube.Models;

/// <summary>Sizes for people: binary units with one decimal, as the existing LLMKube prints them.</summary>
public static class ByteSize
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>0</c> for an unknown or empty size, <c>4.1 GiB</c> otherwise.</summary>
    public static string Format(long bytes)
    {
        if (bytes <= 0)
        {
            return "0";
        }

        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < s_units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {s_units[unit]}");
    }
}
