namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>
/// Parses the part of CEL that rules in CRDs mostly use. What it does not know it refuses with a <see cref="CelException"/>.
/// </summary>
internal sealed class CelParser
{
    /// <summary>A rule's nesting; the parser recurses.</summary>
    private const int MaxDepth = 64;

    private static readonly string[][] s_levels = [["||"], ["&&"], ["<", "<=", ">", ">=", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"]];
    private static readonly HashSet<string> s_macros = new(StringComparer.Ordinal) { "all", "exists", "exists_one", "filter", "map" };

    private readonly List<CelToken> _tokens;
    private int _at;
    private int _depth;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    public static CelExpression Parse(string text)
    {
        var parser = new CelParser(CelLexer.Split(text));
        var expression = parser.ParseConditional();
        return parser.Current.Kind == CelTokenKind.End ? expression : throw new CelException($"unexpected {parser.Current.Text}");
    }

    private CelToken Current => _tokens[_at];

    private CelExpression ParseConditional()
    {
        if (++_depth > MaxDepth)
        {
            throw new CelException("the expression is nested too deeply");
        }

        var condition = ParseLevel(0);
        if (Take("?"))
        {
            var one = ParseConditional();
            Expect(":");
            condition = new CelExpression.Conditional(condition, one, ParseConditional());
        }

        _depth--;
        return condition;
    }

    private CelExpression ParseLevel(int level)
    {
        if (level == s_levels.Length)
        {
            return ParseUnary();
        }

        var left = ParseLevel(level + 1);
        while (Current.Kind == CelTokenKind.Symbol && Array.IndexOf(s_levels[level], Current.Text) >= 0)
        {
            var symbol = Next().Text;
            left = new CelExpression.Binary(symbol, left, ParseLevel(level + 1));
        }

        return left;
    }

    private CelExpression ParseUnary()
    {
        var signs = new Stack<char>();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "!" or "-" })
        {
            signs.Push(Next().Text[0]);
        }

        var expression = ParsePostfix();
        while (signs.TryPop(out var sign))
        {
            expression = new CelExpression.Unary(sign, expression);
        }

        return expression;
    }

    private CelExpression ParsePostfix()
    {
        var expression = ParsePrimary();
        while (true)
        {
            if (Take("."))
            {
                var name = Name();
                expression = Take("(") ? Method(expression, name) : new CelExpression.Member(expression, CelNames.Unescape(name));
            }
            else if (Take("["))
            {
                expression = new CelExpression.Index(expression, ParseConditional());
                Expect("]");
            }
            else
            {
                return expression;
            }
        }
    }

    private CelExpression Method(CelExpression target, string name)
    {
        if (!s_macros.Contains(name))
        {
            return Known(name, [target, .. Arguments(")")]);
        }

        var variable = Name();
        Expect(",");
        var body = ParseConditional();
        Expect(")");
        return new CelExpression.Macro(name, target, variable, body);
    }

    private CelExpression ParsePrimary()
    {
        var token = Next();
        switch (token.Kind, token.Text)
        {
            case (CelTokenKind.Literal, _):
                return new CelExpression.Literal(token.Value);
            case (CelTokenKind.Symbol, "("):
                var inner = ParseConditional();
                Expect(")");
                return inner;
            case (CelTokenKind.Symbol, "["):
                return new CelExpression.ListOf(Arguments("]"));
            case (CelTokenKind.Name, "has"):
                Expect("(");
                var field = ParseConditional() as CelExpression.Member ?? throw new CelException("has() takes a field");
                Expect(")");
                return new CelExpression.Has(field.Target, field.Name);
            case (CelTokenKind.Name, _):
                return Take("(") ? Known(token.Text, Arguments(")")) : new CelExpression.Variable(token.Text);
            default:
                throw new CelException($"unexpected {(token.Text.Length == 0 ? "end" : token.Text)}");
        }
    }

    private static CelExpression.Call Known(string name, List<CelExpression> arguments) => CelFunctions.Has(name, arguments.Count)
        ? new CelExpression.Call(name, arguments)
        : throw new CelException($"unknown function {name}");

    private List<CelExpression> Arguments(string close)
    {
        var arguments = new List<CelExpression>();
        while (!Take(close))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
            }

            arguments.Add(ParseConditional());
        }

        return arguments;
    }

    private string Name() => Current.Kind == CelTokenKind.Name ? Next().Text : throw new CelException($"a name is expected instead of {Current.Text}");

    private CelToken Next() => Current.Kind == CelTokenKind.End ? Current : _tokens[_at++];

    private bool Take(string symbol)
    {
        if (Current.Kind != CelTokenKind.Symbol || Current.Text != symbol)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw new CelException($"{symbol} is expected instead of {Current.Text}");
        }
    }
}
