using System.Globalization;
using LlmKube.Resources.Hardware;

namespace LlmKube.Resources.Runtimes.LlamaCpp;

/// <summary>The shares of the GPUs for <c>--tensor-split</c>.</summary>
internal static class TensorSplit
{
    /// <summary>The layers of each GPU in lowest terms, or equal shares where the ranges do not say one for each GPU.</summary>
    public static string Of(IReadOnlyList<string>? layerSplit, int gpuCount)
    {
        var shares = Enumerable.Repeat(1, gpuCount).ToArray();
        for (var i = 0; i < layerSplit?.Count; i++)
        {
            if (layerSplit.Count != gpuCount || !LayerRange.TryParse(layerSplit[i], out var range))
            {
                Array.Fill(shares, 1);
                break;
            }

            shares[i] = range.Count;
        }

        var divisor = shares.Aggregate(GreatestCommonDivisor);
        return string.Join(',', shares.Select(share => (share / divisor).ToString(CultureInfo.InvariantCulture)));
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
