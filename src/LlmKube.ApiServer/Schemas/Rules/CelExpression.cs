namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>A parsed CEL expression.</summary>
internal abstract record CelExpression
{
    private CelExpression()
    {
    }

    /// <summary>A string, number, boolean or null as it stands in the text.</summary>
    public sealed record Literal(object? Value) : CelExpression;

    /// <summary><c>self</c>, <c>oldSelf</c> or a macro's variable.</summary>
    public sealed record Variable(string Name) : CelExpression;

    /// <summary><c>target.name</c>.</summary>
    public sealed record Member(CelExpression Target, string Name) : CelExpression;

    /// <summary><c>target[index]</c>.</summary>
    public sealed record Index(CelExpression Target, CelExpression At) : CelExpression;

    /// <summary><c>name(arguments)</c>, or a method with the target as its first argument.</summary>
    public sealed record Call(string Name, IReadOnlyList<CelExpression> Arguments) : CelExpression;

    /// <summary><c>!x</c> or <c>-x</c>.</summary>
    public sealed record Unary(char Operator, CelExpression Operand) : CelExpression;

    /// <summary>An operator between two operands.</summary>
    public sealed record Binary(string Operator, CelExpression Left, CelExpression Right) : CelExpression;

    /// <summary><c>condition ? one : other</c>.</summary>
    public sealed record Conditional(CelExpression Condition, CelExpression One, CelExpression Other) : CelExpression;

    /// <summary><c>[a, b]</c>.</summary>
    public sealed record ListOf(IReadOnlyList<CelExpression> Items) : CelExpression;

    /// <summary><c>target.all(variable, body)</c> and its like.</summary>
    public sealed record Macro(string Name, CelExpression Target, string Element, CelExpression Body) : CelExpression;

    /// <summary><c>has(target.name)</c>.</summary>
    public sealed record Has(CelExpression Target, string Name) : CelExpression;
}
