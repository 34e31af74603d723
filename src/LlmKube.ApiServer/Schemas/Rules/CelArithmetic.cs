namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>Sums, products and concatenations of expressions.</summary>
internal static class CelArithmetic
{
    /// <summary>A concatenation may not grow past this, so that a rule cannot be made to fill the memory.</summary>
    private const int MaxLength = 1 << 20;

    public static object Of(string symbol, object? left, object? right) => (left, right) switch
    {
        (long a, long b) => Whole(symbol, a, b),
        (long or double, long or double) => Real(symbol, CelValues.ToDouble(left), CelValues.ToDouble(right)),
        (string a, string b) when symbol == "+" && a.Length + b.Length <= MaxLength => a + b,
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) when symbol == "+" && a.Count + b.Count <= MaxLength => (List<object?>)[.. a, .. b],
        (TimeSpan a, TimeSpan b) when symbol == "+" => a + b,
        (TimeSpan a, TimeSpan b) when symbol == "-" => a - b,
        _ => throw new CelException("no such overload"),
    };

    private static long Whole(string symbol, long a, long b)
    {
        if (symbol is "/" or "%" && (b == 0 || (b == -1 && a == long.MinValue)))
        {
            throw new CelException(b == 0 ? "division by zero" : "integer overflow");
        }

        try
        {
            return symbol switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "/" => a / b,
                _ => a % b,
            };
        }
        catch (OverflowException)
        {
            throw new CelException("integer overflow");
        }
    }

    private static double Real(string symbol, double a, double b) => symbol switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        _ => throw new CelException("no such overload"),
    };
}
