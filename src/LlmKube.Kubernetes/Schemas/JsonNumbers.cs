using System.Globalization;
using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>Numbers of a <see cref="JsonNode"/>, whichever CLR type it was made from.</summary>
public static class JsonNumbers
{
    public static double ToDouble(JsonValue value) =>
        double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The number if it is whole and fits, as <c>1</c> and <c>1.0</c> do; otherwise null.</summary>
    public static long? FindInt64(JsonValue value)
    {
        var text = value.ToJsonString();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && decimal.Truncate(number) == number && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
    }
}
