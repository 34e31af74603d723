using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>The values that a case's text refers to as <c>${NAME}</c>.</summary>
internal sealed partial class Variables
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public void Set(string name, string value) => _values[name] = value;

    public string Fill(string text) => Reference().Replace(text, match => _values.TryGetValue(match.Groups["name"].Value, out var value)
        ? value
        : throw new InvalidDataException($"the case uses {match.Value}, which no step before has set"));

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
