using System.Text.RegularExpressions;

namespace LlmKube.Resources.Validation;

/// <summary>The shapes of names in Kubernetes.</summary>
internal static partial class Names
{
    /// <summary>Of most objects: DNS labels joined by dots, 253 characters at most.</summary>
    public static bool IsSubdomain(string text) => text.Length <= 253 && Subdomain().IsMatch(text);

    /// <summary>Of a Service: one DNS label that starts with a letter, 63 characters at most.</summary>
    public static bool IsServiceName(string text) => text.Length <= 63 && ServiceName().IsMatch(text);

    /// <summary>Of a label or an annotation: an optional DNS name and a slash, then up to 63 characters.</summary>
    public static bool IsQualifiedKey(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = text[(slash + 1)..];
        return (slash < 0 || IsSubdomain(text[..slash])) && name.Length <= 63 && KeyName().IsMatch(name);
    }

    public static bool IsLabelValue(string text) => text.Length == 0 || (text.Length <= 63 && KeyName().IsMatch(text));

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z]([a-z0-9-]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyName();
}
