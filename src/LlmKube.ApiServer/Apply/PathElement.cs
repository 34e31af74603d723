using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>
/// One step of a field path, held as the text that FieldsV1 uses: <c>f:name</c>, <c>k:{…}</c> (a list item by its keys),
/// <c>v:…</c> (a set's item by its value) or <c>i:0</c> (by position). Canonical, so that equal steps are equal texts.
/// </summary>
internal static class PathElement
{
    private const string FieldPrefix = "f:";

    public static string Field(string name) => FieldPrefix + name;

    public static string Value(JsonNode? value) => "v:" + CanonicalJson.Write(value);

    public static string Index(int index) => string.Create(CultureInfo.InvariantCulture, $"i:{index}");

    /// <summary>Names an item by its keys, whose order does not matter.</summary>
    public static string Key(IReadOnlyList<KeyValuePair<string, JsonNode?>> keys)
    {
        var text = new StringBuilder("k:");
        var separator = '{';
        foreach (var (name, value) in keys.Count > 1 ? keys.OrderBy(key => key.Key, StringComparer.Ordinal) : keys.AsEnumerable())
        {
            text.Append(separator);
            CanonicalJson.WriteString(name, text);
            text.Append(':');
            CanonicalJson.Write(value, text);
            separator = ',';
        }

        return text.Append('}').ToString();
    }

    public static bool IsField(string element, out string name)
    {
        var isField = element.StartsWith(FieldPrefix, StringComparison.Ordinal);
        name = isField ? element[FieldPrefix.Length..] : "";
        return isField;
    }

    /// <summary>Reads a step as a client wrote it. False when it is none.</summary>
    public static bool TryParse(string text, out string element)
    {
        element = text;
        if (text.Length < 3 || text[1] != ':')
        {
            return false;
        }

        switch (text[0])
        {
            case 'f':
                return true;
            case 'i':
                return int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out _);
            case 'k' or 'v':
                return TryCanonicalize(text, ref element);
            default:
                return false;
        }
    }

    /// <summary>Writes a path for people, as Kubernetes does: <c>.spec.containers[name="a"].image</c>.</summary>
    public static string Display(IEnumerable<string> path)
    {
        var text = new StringBuilder();
        foreach (var element in path)
        {
            Display(element, text);
        }

        return text.ToString();
    }

    private static void Display(string element, StringBuilder text)
    {
        switch (element[0])
        {
            case 'f':
                text.Append('.').Append(element.AsSpan(2));
                break;
            case 'i':
                text.Append('[').Append(element.AsSpan(2)).Append(']');
                break;
            case 'v':
                text.Append("[=").Append(element.AsSpan(2)).Append(']');
                break;
            default:
                var keys = JsonNode.Parse(element.AsSpan(2).ToString())!.AsObject().Select(key => $"{key.Key}={CanonicalJson.Write(key.Value)}");
                text.Append('[').AppendJoin(',', keys).Append(']');
                break;
        }
    }

    private static bool TryCanonicalize(string text, ref string element)
    {
        try
        {
            var node = JsonNode.Parse(text[2..]);
            if (text[0] == 'k' && node is not JsonObject)
            {
                return false;
            }

            element = text[..2] + CanonicalJson.Write(node);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
