using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LlmKube.Kubernetes.Yaml;

/// <summary>Turns YAML nodes into JSON: plain scalars by the core schema, with <c>yes</c>/<c>no</c>/<c>on</c>/<c>off</c> as booleans like Kubernetes' reader.</summary>
internal static partial class YamlReader
{
    public static JsonNode? Read(YamlNode node, NodeBudget budget, int depth)
    {
        budget.Spend(node);
        if (depth > NodeBudget.MaxDepth)
        {
            throw new YamlFormatException($"line {node.Start.Line}: nested deeper than {NodeBudget.MaxDepth} levels.");
        }

        return node switch
        {
            YamlMappingNode mapping => ReadMapping(mapping, budget, depth),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(child => Read(child, budget, depth + 1))]),
            YamlScalarNode scalar => ReadScalar(scalar),
            _ => throw new YamlFormatException($"line {node.Start.Line}: a {node.NodeType} has no JSON form."),
        };
    }

    private static JsonObject ReadMapping(YamlMappingNode mapping, NodeBudget budget, int depth)
    {
        var fields = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw new YamlFormatException($"line {key.Start.Line}: a key must be a plain text.");
            }

            if (!fields.TryAdd(name, Read(value, budget, depth + 1)))
            {
                throw new YamlFormatException($"line {key.Start.Line}: the key \"{name}\" is there twice.");
            }
        }

        return fields;
    }

    private static JsonValue? ReadScalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
            _ => ReadNumber(text) ?? JsonValue.Create(text),
        };
    }

    private static JsonValue? ReadNumber(string text)
    {
        if (Integer().IsMatch(text))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
                : double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? JsonValue.Create(large)
                : null;
        }

        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? JsonValue.Create(hex) : null;
        }

        return Fraction().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction)
            ? JsonValue.Create(fraction)
            : null;
    }

    [GeneratedRegex("^[-+]?(?:0|[1-9][0-9]*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Fraction();
}
