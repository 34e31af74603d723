using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>The functions of expressions; a method's target is its first argument.</summary>
internal static class CelFunctions
{
    private static readonly Dictionary<string, int> s_arity = new(StringComparer.Ordinal)
    {
        ["size"] = 1, ["int"] = 1, ["double"] = 1, ["string"] = 1, ["duration"] = 1,
        ["contains"] = 2, ["startsWith"] = 2, ["endsWith"] = 2, ["matches"] = 2, ["split"] = 2,
        ["lowerAscii"] = 1, ["upperAscii"] = 1, ["trim"] = 1,
    };

    public static bool Has(string name, int arguments) => s_arity.TryGetValue(name, out var arity) && arity == arguments;

    public static object? Call(string name, object?[] arguments, Func<string, Regex?> findPattern) => (name, arguments) switch
    {
        ("size", [string text]) => text.EnumerateRunes().LongCount(),
        ("size", [IReadOnlyList<object?> list]) => (long)list.Count,
        ("size", [JsonObject map]) => (long)map.Count,
        ("int", [long whole]) => whole,
        ("int", [double real]) when double.IsFinite(real) && Math.Abs(real) < long.MaxValue => (long)real,
        ("int", [string text]) when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        ("double", [var value]) => CelValues.ToDouble(value),
        ("string", [string text]) => text,
        ("string", [bool flag]) => flag ? "true" : "false",
        ("string", [long or double]) => Convert.ToString(arguments[0], CultureInfo.InvariantCulture),
        ("duration", [string text]) when Durations.TryParse(text, out var duration) => duration,
        ("contains", [string text, string part]) => text.Contains(part, StringComparison.Ordinal),
        ("startsWith", [string text, string part]) => text.StartsWith(part, StringComparison.Ordinal),
        ("endsWith", [string text, string part]) => text.EndsWith(part, StringComparison.Ordinal),
        ("matches", [string text, string pattern]) => (findPattern(pattern) ?? throw new CelException("invalid pattern")).IsMatch(text),
        ("split", [string text, string separator]) => text.Split(separator).ToList<object?>(),
        ("lowerAscii", [string text]) => text.ToLowerInvariant(),
        ("upperAscii", [string text]) => text.ToUpperInvariant(),
        ("trim", [string text]) => text.Trim(),
        _ => throw new CelException("no such overload"),
    };
}
