namespace LlmKube.Models.Sources;

/// <summary>Takes out of an address whatever may be a credential, so that it may be logged and shown.</summary>
public static class Redact
{
    /// <summary>The address without user info, query and fragment; text that is no address comes back unchanged.</summary>
    public static string Source(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            return text;
        }

        var start = scheme + 3;
        var end = text.IndexOfAny(['?', '#'], start);
        var address = end < 0 ? text : text[..end];
        var slash = address.IndexOf('/', start);
        var authorityEnd = slash < 0 ? address.Length : slash;
        var at = address.LastIndexOf('@', authorityEnd - 1, authorityEnd - start);
        return at < 0 ? address : string.Concat(address.AsSpan(0, start), address.AsSpan(at + 1));
    }
}
