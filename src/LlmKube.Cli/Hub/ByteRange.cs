using System.Globalization;

namespace LlmKube.Cli.Hub;

/// <summary>The header <c>Range</c> with one range of bytes (RFC 9110 section 14.1.2). Pure.</summary>
internal static class ByteRange
{
    private const string Unit = "bytes=";

    /// <summary>Where it begins and how long it is, cut to the file; null where the file has no such bytes, or it is several ranges.</summary>
    public static (long From, long Length)? Parse(string header, long size)
    {
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) || header[Unit.Length..].Split('-') is not [var first, var last])
        {
            return null;
        }

        if (first.Length == 0)
        {
            return Number(last) is > 0 and var suffix && size > 0 ? (Math.Max(0, size - suffix), Math.Min(size, suffix)) : null;
        }

        var to = last.Length == 0 ? size - 1 : Number(last);
        return Number(first) is { } from && to is { } end && from <= end && from < size ? (from, Math.Min(end, size - 1) - from + 1) : null;
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
