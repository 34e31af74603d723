using System.Globalization;
using System.Text;

namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>What a token is.</summary>
internal enum CelTokenKind
{
    End,
    Name,
    Literal,
    Symbol,
}

/// <summary>A token with its text, and its value where it is a literal.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value = null);

/// <summary>Splits a CEL expression into tokens.</summary>
internal static class CelLexer
{
    private static readonly string[] s_symbols = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]"];

    public static List<CelToken> Split(string text)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else
            {
                tokens.Add(Read(text, ref at));
            }
        }

        tokens.Add(new CelToken(CelTokenKind.End, ""));
        return tokens;
    }

    private static CelToken Read(string text, ref int at)
    {
        var c = text[at];
        if (char.IsAsciiDigit(c))
        {
            return ReadNumber(text, ref at);
        }

        if (c is '\'' or '"')
        {
            return ReadText(text, ref at, isRaw: false);
        }

        if (c is 'r' or 'R' && at + 1 < text.Length && text[at + 1] is '\'' or '"')
        {
            at++;
            return ReadText(text, ref at, isRaw: true);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            return ReadName(text, ref at);
        }

        foreach (var symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                at += symbol.Length;
                return new CelToken(CelTokenKind.Symbol, symbol);
            }
        }

        throw new CelException($"unexpected '{c}' at {at.ToString(CultureInfo.InvariantCulture)}");
    }

    private static CelToken ReadName(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        var name = text[start..at];
        return name switch
        {
            "true" => new CelToken(CelTokenKind.Literal, name, true),
            "false" => new CelToken(CelTokenKind.Literal, name, false),
            "null" => new CelToken(CelTokenKind.Literal, name),
            "in" => new CelToken(CelTokenKind.Symbol, name),
            _ => new CelToken(CelTokenKind.Name, name),
        };
    }

    private static CelToken ReadNumber(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        var number = text[start..at].TrimEnd('u', 'U');
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return new CelToken(CelTokenKind.Literal, number, whole);
        }

        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            ? new CelToken(CelTokenKind.Literal, number, real)
            : throw new CelException($"{number} is no number");
    }

    private static CelToken ReadText(string text, ref int at, bool isRaw)
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            var c = text[at++];
            if (c == '\\' && !isRaw && at < text.Length)
            {
                c = text[at++] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    var escaped and ('\\' or '\'' or '"' or '`' or '?') => escaped,
                    var other => throw new CelException($"unknown escape \\{other}"),
                };
            }

            value.Append(c);
        }

        if (at++ >= text.Length)
        {
            throw new CelException("a string is not closed");
        }

        return new CelToken(CelTokenKind.Literal, "string", value.ToString());
    }
}
