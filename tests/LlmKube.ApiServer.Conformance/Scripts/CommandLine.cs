using System.Text;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>A kubectl command line of a case, taken apart: environment, arguments, standard input.</summary>
internal sealed record CommandLine(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments, string? InputFile)
{
    public static CommandLine Parse(string text)
    {
        var words = Words(text);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        var i = 0;
        for (; i < words.Count && words[i] != "kubectl"; i++)
        {
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new InvalidDataException($"a command of a case is kubectl, with variables before it, but this is: {text}");
            }

            environment[words[i][..equals]] = words[i][(equals + 1)..];
        }

        var input = words.IndexOf("<");
        var end = input < 0 ? words.Count : input;
        return new CommandLine(environment, words.GetRange(i + 1, end - i - 1), input < 0 ? null : words[input + 1]);
    }

    /// <summary>Splits as a shell does, as far as cases need it: spaces, single quotes, double quotes with backslash.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c == '\\' && quote == '"' && i + 1 < text.Length ? text[++i] : c);
                }
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                inWord = true;
            }
            else if (c != ' ')
            {
                word.Append(c);
                inWord = true;
            }
            else if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
