namespace LlmKube.Models.Sources;

/// <summary>Paths below something: each part a name, none of them a way out.</summary>
public static class RelativePath
{
    public static bool IsSafe(string path) =>
        path.Length > 0
        && !path.StartsWith('/')
        && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && path.TrimEnd('/').Split('/').All(part => part is not ("" or "." or ".."));
}
