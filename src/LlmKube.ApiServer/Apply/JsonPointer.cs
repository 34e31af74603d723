using System.Globalization;

namespace LlmKube.ApiServer.Apply;

/// <summary>A parsed JSON pointer (RFC 6901): the reference tokens with their escapes resolved.</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, IReadOnlyList<string> tokens)
    {
        Text = text;
        Tokens = tokens;
    }

    /// <summary>The pointer as it was written, for messages.</summary>
    public string Text { get; }

    public IReadOnlyList<string> Tokens { get; }

    public bool IsRoot => Tokens.Count == 0;

    public string Last => Tokens[^1];

    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer(text, []);
        }

        if (text[0] != '/')
        {
            throw PatchException.BadRequest($"error decoding patch: the path \"{text}\" is no JSON pointer: it must be empty or start with \"/\"");
        }

        var tokens = text[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = Unescape(tokens[i], text);
        }

        return new JsonPointer(text, tokens);
    }

    /// <summary>Whether <paramref name="other"/> names something inside what this pointer names.</summary>
    public bool IsProperPrefixOf(JsonPointer other) =>
        Tokens.Count < other.Tokens.Count && Tokens.SequenceEqual(other.Tokens.Take(Tokens.Count), StringComparer.Ordinal);

    /// <summary>
    /// Reads an array index: digits without leading zeros, or a negative number counted from the end, which the Kubernetes API server accepts too.
    /// </summary>
    public static bool TryParseIndex(string token, int count, out int index)
    {
        var digits = token.StartsWith('-') ? token.AsSpan(1) : token;
        if (digits.Length == 0 || (digits.Length > 1 && digits[0] == '0')
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            index = 0;
            return false;
        }

        if (token[0] == '-')
        {
            index = count - index;
            return index >= 0 && index < count;
        }

        return true;
    }

    private static string Unescape(string token, string pointer)
    {
        for (var i = token.IndexOf('~', StringComparison.Ordinal); i >= 0; i = token.IndexOf('~', i + 1))
        {
            if (i + 1 >= token.Length || token[i + 1] is not ('0' or '1'))
            {
                throw PatchException.BadRequest($"error decoding patch: the path \"{pointer}\" has a \"~\" that is not followed by 0 or 1");
            }
        }

        // "~1" first: "~01" means the text "~1", not "/".
        return token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
