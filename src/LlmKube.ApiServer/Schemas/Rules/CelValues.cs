using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>
/// Values of expressions: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <see cref="TimeSpan"/>,
/// a list (<see cref="IReadOnlyList{T}"/> of values) and a map (<see cref="JsonObject"/>).
/// </summary>
internal static class CelValues
{
    public static object? Of(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map,
        JsonArray array => array.Select(Of).ToList(),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => JsonNumbers.FindInt64(value) is { } whole ? (object)whole : JsonNumbers.ToDouble(value),
            _ => null,
        },
        _ => null,
    };

    public static bool AreEqual(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (JsonObject a, JsonObject b) => JsonNode.DeepEquals(a, b),
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        (long or double, long or double) => Compare(one, other) == 0,
        _ => one is not null && one.Equals(other),
    };

    public static int Compare(object? one, object? other) => (one, other) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long or double, long or double) => ToDouble(one).CompareTo(ToDouble(other)),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        _ => throw new CelException("no such overload"),
    };

    public static double ToDouble(object? value) => value switch
    {
        long whole => whole,
        double real => real,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        _ => throw new CelException("no such overload"),
    };

    public static IEnumerable<object?> Elements(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        JsonObject map => map.Select(p => (object?)p.Key),
        _ => throw new CelException("no such overload"),
    };
}
