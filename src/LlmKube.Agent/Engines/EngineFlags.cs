using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace LlmKube.Agent.Engines;

/// <summary>The options that a llama-server says it takes: it refuses to start with one that it does not know.</summary>
internal sealed partial class EngineFlags
{
    private readonly FrozenSet<string> _known;

    private EngineFlags(IEnumerable<string> known) => _known = known.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the text of <c>llama-server --help</c>: a line that begins with a dash begins an option, with all its spellings.</summary>
    public static EngineFlags FromHelp(string help) => new(
        help.Split('\n')
            .Where(line => line.StartsWith('-') && !line.StartsWith("-----", StringComparison.Ordinal))
            .SelectMany(line => Spelling().Matches(line).Select(match => match.Groups["flag"].Value)));

    /// <summary>How many spellings are known; none means that the text was no help text.</summary>
    public int Count => _known.Count;

    /// <summary>The options among <paramref name="arguments"/> that this engine would refuse.</summary>
    public IReadOnlyList<string> UnknownIn(IEnumerable<string> arguments) =>
        [.. arguments
            .Where(argument => argument.Length > 1 && argument[0] == '-' && (char.IsAsciiLetter(argument[1]) || argument[1] == '-'))
            .Select(argument => argument.Split('=', 2)[0])
            .Where(flag => !_known.Contains(flag))
            .Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?<=^|, +|,|\s)(?<flag>--?[a-zA-Z][a-zA-Z0-9-]*)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spelling();
}
