using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LlmKube.Resources.Hardware;

/// <summary>Layers that one GPU holds, both ends included; written <c>0-24</c>.</summary>
public readonly record struct LayerRange(int First, int Last)
{
    public int Count => Last - First + 1;

    public static bool TryParse([NotNullWhen(true)] string? text, out LayerRange range)
    {
        range = default;
        var ends = (text ?? "").Split('-', 2, StringSplitOptions.TrimEntries);
        if (ends.Length != 2
            || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
            || last == int.MaxValue)
        {
            return false;
        }

        range = new LayerRange(first, last);
        return true;
    }
}
