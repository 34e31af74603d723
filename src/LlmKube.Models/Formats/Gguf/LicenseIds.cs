using System.Text;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Turns what files say about their license into the ids that `llmkube license list` shows.</summary>
public static class LicenseIds
{
    /// <summary>The known id that the text names, or the text itself in lower case where it names none.</summary>
    public static string? Normalise(string? license)
    {
        if (string.IsNullOrWhiteSpace(license))
        {
            return null;
        }

        var text = license.Trim().ToLowerInvariant();
        var plain = Plain(text);
        return plain switch
        {
            _ when plain.Contains("apache", StringComparison.Ordinal) => "apache-2.0",
            _ when plain.Contains("llama33", StringComparison.Ordinal) => "llama-3.3-community",
            _ when plain.Contains("llama32", StringComparison.Ordinal) => "llama-3.2-community",
            _ when plain.Contains("llama31", StringComparison.Ordinal) => "llama-3.1-community",
            _ when plain.Contains("gemma", StringComparison.Ordinal) => "gemma",
            _ when plain is "mit" or "mitlicense" or "themitlicense" => "mit",
            _ => text,
        };
    }

    /// <summary>Letters and digits only, so that "Llama 3.1" and "llama3.1" read the same.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }
}
