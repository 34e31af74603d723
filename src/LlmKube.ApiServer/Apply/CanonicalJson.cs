using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>One text for equal JSON values: members sorted, no spaces, numbers in their shortest form. Names list items in field sets.</summary>
internal static class CanonicalJson
{
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    public static void WriteString(string value, StringBuilder text) =>
        text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)).Append('"');

    public static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                WriteMembers(map, text);
                break;
            case JsonArray list:
                WriteItems(list, text);
                break;
            default:
                WriteScalar(node, text);
                break;
        }
    }

    private static void WriteMembers(JsonObject map, StringBuilder text)
    {
        var separator = '{';
        foreach (var (name, value) in map.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            text.Append(separator);
            WriteString(name, text);
            text.Append(':');
            Write(value, text);
            separator = ',';
        }

        text.Append(separator == '{' ? "{}" : "}");
    }

    private static void WriteItems(JsonArray list, StringBuilder text)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            Write(list[i], text);
        }

        text.Append(']');
    }

    private static void WriteScalar(JsonNode node, StringBuilder text)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                WriteString(node.GetValue<string>(), text);
                break;
            case JsonValueKind.Number:
                text.Append(ShortestNumber(node.ToJsonString()));
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }

    /// <summary>80 and 80.0 are one key; integers stay as they are written, so that none loses precision.</summary>
    private static string ShortestNumber(string number) =>
        number.AsSpan().ContainsAny('.', 'e', 'E') && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : number;
}
