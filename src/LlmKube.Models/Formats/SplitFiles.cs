using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmKube.Models.Formats;

/// <summary>Models in several files that count themselves: <c>name-00001-of-00003.gguf</c>.</summary>
public static partial class SplitFiles
{
    private const int MostParts = 10_000;

    /// <summary>All names of the set that the file is one of; only itself where it counts nothing.</summary>
    public static IReadOnlyList<string> SetOf(string path) =>
        Counted().Match(path) is { Success: true } match && int.Parse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) is > 0 and <= MostParts and var count
            ? [.. Enumerable.Range(1, count).Select(part => string.Create(CultureInfo.InvariantCulture, $"{match.Groups["name"].Value}-{part:00000}-of-{count:00000}{match.Groups["end"].Value}"))]
            : [path];

    /// <summary>The files that are missing for the sets among these to be whole.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyCollection<string> paths)
    {
        var have = paths.ToHashSet(StringComparer.Ordinal);
        return [.. paths.SelectMany(SetOf).Distinct(StringComparer.Ordinal).Where(path => !have.Contains(path)).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^(?<name>.+)-\d{5}-of-(?<count>\d{5})(?<end>\.(gguf|safetensors))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Counted();
}
