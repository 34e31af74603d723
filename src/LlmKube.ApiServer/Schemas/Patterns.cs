using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Regular expressions from outside, run by the engine that cannot be made to backtrack.</summary>
internal static class Patterns
{
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    public static Regex? TryCompile(string pattern)
    {
        try
        {
            return new Regex(pattern, Safe, Regex.InfiniteMatchTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
