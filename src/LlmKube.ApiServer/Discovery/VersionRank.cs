using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Discovery;

/// <summary>Kubernetes' order of versions: stable over beta over alpha, higher over lower, and any other name last.</summary>
internal static partial class VersionRank
{
    /// <summary>Compares greater for the version that clients should prefer.</summary>
    public static (int Stability, int Major, int Minor) Of(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return (0, 0, 0);
        }

        var stability = match.Groups["stage"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (stability, Number(match.Groups["major"]), Number(match.Groups["minor"]));
    }

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\Av(?<major>[0-9]+)((?<stage>alpha|beta)(?<minor>[0-9]+))?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
