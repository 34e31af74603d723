using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The keywords that constrain strings and numbers.</summary>
internal static class ScalarChecks
{
    public static void Check(Schema schema, JsonValue value, string path, Func<string, Regex?> findPattern, List<Finding> findings)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                CheckText(schema, value, value.GetValue<string>(), path, findPattern, findings);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value, JsonNumbers.ToDouble(value), path, findings);
                break;
        }
    }

    private static void CheckText(Schema schema, JsonValue value, string text, string path, Func<string, Regex?> findPattern, List<Finding> findings)
    {
        // Lengths count Unicode code points, as Go's utf8.RuneCountInString does.
        var length = schema.MinLength is null && schema.MaxLength is null ? 0 : text.EnumerateRunes().Count();
        if (length < (schema.MinLength ?? 0))
        {
            findings.Add(Finding.Invalid(path, value, string.Create(CultureInfo.InvariantCulture, $"{path} in body should be at least {schema.MinLength} chars long")));
        }

        if (length > (schema.MaxLength ?? int.MaxValue))
        {
            findings.Add(Finding.TooLong(path, schema.MaxLength ?? int.MaxValue));
        }

        if (schema.Pattern is { } pattern && findPattern(pattern) is { } regex && !regex.IsMatch(text))
        {
            findings.Add(Finding.Invalid(path, value, $"{path} in body should match '{pattern}'"));
        }

        if (schema.Format is { } format && !Formats.Accept(format, text))
        {
            findings.Add(Finding.Invalid(path, value, $"{path} in body must be of type {format}: \"{text}\""));
        }
    }

    private static void CheckNumber(Schema schema, JsonValue value, double number, string path, List<Finding> findings)
    {
        void Add(string rule) => findings.Add(Finding.Invalid(path, value, $"{path} in body should be {rule}"));

        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            Add(Rule(schema.ExclusiveMinimum ? "greater than" : "greater than or equal to", least));
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            Add(Rule(schema.ExclusiveMaximum ? "less than" : "less than or equal to", most));
        }

        if (schema.MultipleOf is { } step && step > 0 && Math.IEEERemainder(number, step) is var rest && Math.Abs(rest) > 1e-9 * Math.Max(1, Math.Abs(number)))
        {
            Add(Rule("a multiple of", step));
        }

        if (schema is { Type: "integer", Format: "int32" } && (number is < int.MinValue or > int.MaxValue))
        {
            findings.Add(Finding.Invalid(path, value, $"{path} in body must be of type int32: \"{value.ToJsonString()}\""));
        }
    }

    private static string Rule(string words, double bound) => string.Create(CultureInfo.InvariantCulture, $"{words} {bound}");
}
