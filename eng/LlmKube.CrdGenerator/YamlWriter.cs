using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmKube.CrdGenerator;

/// <summary>
/// Writes JSON as YAML in block style. It is the generator's own, so that the files stay as they are
/// when the product's YAML library is exchanged.
/// </summary>
internal static partial class YamlWriter
{
    public static string Write(JsonObject document)
    {
        var text = new StringBuilder();
        WriteObject(text, document, indent: 0, onLineOfDash: false);
        return text.ToString();
    }

    private static void WriteObject(StringBuilder text, JsonObject json, int indent, bool onLineOfDash)
    {
        var first = onLineOfDash;
        foreach (var (key, value) in json)
        {
            text.Append(' ', first ? 0 : indent).Append(Scalar(key)).Append(':');
            first = false;
            WriteValue(text, value, indent, valueIndent: indent + 2);
        }
    }

    /// <summary>Lists stand at the indentation of their key, as kubectl prints them.</summary>
    private static void WriteValue(StringBuilder text, JsonNode? value, int listIndent, int valueIndent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } json:
                text.Append('\n');
                WriteObject(text, json, valueIndent, onLineOfDash: false);
                break;
            case JsonArray { Count: > 0 } items:
                text.Append('\n');
                foreach (var item in items)
                {
                    WriteItem(text, item, listIndent);
                }

                break;
            default:
                text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, JsonNode? item, int indent)
    {
        text.Append(' ', indent).Append('-');
        if (item is JsonObject { Count: > 0 } json)
        {
            text.Append(' ');
            WriteObject(text, json, indent + 2, onLineOfDash: true);
        }
        else
        {
            text.Append(' ').Append(Inline(item)).Append('\n');
        }
    }

    private static string Inline(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.String => Scalar(value.GetValue<string>()),
        JsonValueKind.Array when value.AsArray().Count > 0 => throw new NotSupportedException("A list in a list does not occur in a CRD."),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string text) =>
        Plain().IsMatch(text) && !Reserved().IsMatch(text) && !text.Contains(": ", StringComparison.Ordinal) && !text.EndsWith(':')
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Text that no reader of YAML takes for anything but text.</summary>
    [GeneratedRegex(@"^[A-Za-z/][A-Za-z0-9 .,;:/()=_-]*(?<! )\z", RegexOptions.None, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(true|false|yes|no|on|off|null|y|n)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reserved();
}
