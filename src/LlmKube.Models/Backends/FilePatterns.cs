namespace LlmKube.Models.Backends;

/// <summary>
/// Chooses among the files of a source by patterns as the Hub's clients know them: <c>*</c> is any text, slashes included, <c>?</c> one
/// character, and a pattern that ends with a slash is the whole folder.
/// </summary>
public static class FilePatterns
{
    /// <summary>Whether the file is included by one of the patterns, where there are any, and excluded by none.</summary>
    public static bool Chooses(ConnectOptions options, string path) =>
        (options.Include.Count == 0 || options.Include.Any(pattern => Matches(pattern, path))) && !options.Exclude.Any(pattern => Matches(pattern, path));

    internal static bool Matches(string pattern, string path)
    {
        var wanted = pattern.EndsWith('/') ? pattern + "*" : pattern;
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < path.Length)
        {
            if (p < wanted.Length && (wanted[p] == '?' || wanted[p] == path[t]) && wanted[p] != '*')
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (p < wanted.Length && wanted[p] == '*')
            {
                (star, mark, p) = (p, t, p + 1);
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (p, mark) = (star + 1, mark + 1);
                t = mark;
            }
            else
            {
                return false;
            }
        }

        return wanted.AsSpan(p).Trim('*').IsEmpty;
    }
}
