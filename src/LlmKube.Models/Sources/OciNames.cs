namespace LlmKube.Models.Sources;

/// <summary>Says whether a text names an artifact in a registry: host, repository, and a tag or a digest if any.</summary>
internal static class OciNames
{
    private const string Digest = "sha256:";

    public static bool IsValid(string image)
    {
        var name = image;
        if (name.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            var digest = name[(at + 1)..];
            name = name[..at];
            if (!digest.StartsWith(Digest, StringComparison.Ordinal) || digest.Length != Digest.Length + 64 || !digest[Digest.Length..].All(char.IsAsciiHexDigitLower))
            {
                return false;
            }
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !name[..slash].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']'))
        {
            return false;
        }

        var repository = name[(slash + 1)..];
        var colon = repository.LastIndexOf(':');
        if (colon >= 0 && !IsTag(repository[(colon + 1)..]))
        {
            return false;
        }

        return (colon < 0 ? repository : repository[..colon]).Split('/').All(IsPart);
    }

    private static bool IsTag(string tag) => tag.Length is > 0 and <= 128 && tag[0] is not ('.' or '-') && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static bool IsPart(string part) =>
        part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');
}
