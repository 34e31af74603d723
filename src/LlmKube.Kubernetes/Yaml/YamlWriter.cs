using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Yaml;

/// <summary>Prints JSON as block YAML.</summary>
internal static class YamlWriter
{
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        switch (node)
        {
            case JsonObject { Count: > 0 } fields:
                WriteObject(text, fields, indent: 0, firstIndented: false);
                break;
            case JsonArray { Count: > 0 } items:
                WriteArray(text, items, indent: 0);
                break;
            default:
                text.Append(Scalar(node, indent: 0)).Append('\n');
                break;
        }

        return text.ToString();
    }

    private static void WriteObject(StringBuilder text, JsonObject fields, int indent, bool firstIndented)
    {
        var first = firstIndented;
        foreach (var (name, value) in fields)
        {
            text.Append(' ', first ? 0 : indent);
            first = false;
            text.Append(Key(name)).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } fields:
                text.Append('\n');
                WriteObject(text, fields, indent + 2, firstIndented: false);
                break;
            case JsonArray { Count: > 0 } items:
                text.Append('\n');
                WriteArray(text, items, indent);
                break;
            default:
                text.Append(' ').Append(Scalar(value, indent)).Append('\n');
                break;
        }
    }

    private static void WriteArray(StringBuilder text, JsonArray items, int indent)
    {
        foreach (var item in items)
        {
            text.Append(' ', indent).Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } fields:
                    WriteObject(text, fields, indent + 2, firstIndented: true);
                    break;
                case JsonArray { Count: > 0 } nested:
                    var inner = new StringBuilder();
                    WriteArray(inner, nested, indent + 2);
                    text.Append(inner.ToString().AsSpan(indent + 2));
                    break;
                default:
                    text.Append(Scalar(item, indent)).Append('\n');
                    break;
            }
        }
    }

    private static string Key(string name) => name.Length <= 128 && !name.Contains('\n', StringComparison.Ordinal) ? Text(name, indent: 0) : Quoted(name);

    private static string Scalar(JsonNode? node, int indent) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ => node.GetValueKind() == JsonValueKind.String ? Text(node.GetValue<string>(), indent) : node.ToJsonString(),
    };

    /// <summary>Plain where a reader gets the same text back, a literal block for several lines, quoted otherwise.</summary>
    private static string Text(string text, int indent)
    {
        if (text.Contains('\n', StringComparison.Ordinal))
        {
            return Block(text, indent);
        }

        return IsPlain(text) ? text : Quoted(text);
    }

    private static string Block(string text, int indent)
    {
        var lines = text.Split('\n');
        var printable = !text.Any(c => char.IsControl(c) && c != '\n') && lines[0].Length > 0 && lines[0][0] is not (' ' or '\t') && !lines.Any(line => line.EndsWith(' '));
        var endings = text.Length - text.TrimEnd('\n').Length;
        if (!printable || endings > 1)
        {
            return Quoted(text);
        }

        var block = new StringBuilder(endings == 1 ? "|" : "|-");
        foreach (var line in endings == 1 ? lines[..^1] : lines)
        {
            block.Append('\n').Append(' ', line.Length == 0 ? 0 : indent + 2).Append(line);
        }

        return block.ToString();
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || text[0] is ' ' or '-' or '?' or ':' or ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' or '=' or '<')
        {
            // A dash that is followed by a letter is text, and arguments of programs look like that.
            if (text.Length < 2 || text[0] != '-' || !(char.IsAsciiLetter(text[1]) || (text[1] == '-' && text.Length > 2 && char.IsAsciiLetter(text[2]))))
            {
                return false;
            }
        }

        return text[^1] is not (' ' or ':')
            && !text.Contains(": ", StringComparison.Ordinal)
            && !HasIndicatorAfterSpace(text)
            && !text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\u0085' || char.IsSurrogate(c))
            && !LooksLikeAnotherType(text);
    }

    /// <summary>A comment starts after a space, and some readers look for an alias, a tag or an anchor there too.</summary>
    private static bool HasIndicatorAfterSpace(string text)
    {
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at - 1] == ' ' && text[at] is ('#' or '*' or '&' or '!' or '|' or '>' or '%' or '@' or '`'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What some reader of YAML 1.1 or 1.2 would take for a number, a boolean, null or a time.</summary>
    private static bool LooksLikeAnotherType(string text) =>
        char.IsAsciiDigit(text[0]) || text[0] is '.' or '+' or '~'
        || (text[0] == '-' && text.Length > 1 && (char.IsAsciiDigit(text[1]) || text[1] == '.'))
        || text.ToUpperInvariant() is "NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N";

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString(s_readable);

    private static readonly JsonSerializerOptions s_readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = Objects.KubernetesJson.Default,
    };
}
