using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>Evaluates an expression within a budget of steps. <c>||</c> and <c>&amp;&amp;</c> decide without an operand that fails, as CEL's do.</summary>
internal sealed class CelEvaluator(Func<string, Regex?> findPattern)
{
    /// <summary>What one rule may cost on one value: enough for lists of thousands, far less than a request may take.</summary>
    private const int MaxSteps = 200_000;

    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);
    private int _steps;

    public object? Evaluate(CelExpression expression, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        _steps = 0;
        _variables.Clear();
        foreach (var (name, value) in variables)
        {
            _variables[name] = value;
        }

        return Evaluate(expression);
    }

    private object? Evaluate(CelExpression expression)
    {
        if (++_steps > MaxSteps)
        {
            throw new CelException("the rule costs more than it may");
        }

        return expression switch
        {
            CelExpression.Literal literal => literal.Value,
            CelExpression.Variable variable => _variables.TryGetValue(variable.Name, out var value) ? value : throw new CelException($"undeclared reference to '{variable.Name}'"),
            CelExpression.Member member => Field(Evaluate(member.Target), member.Name),
            CelExpression.Has has => Evaluate(has.Target) is JsonObject map && map[has.Name] is not null,
            CelExpression.Index index => At(Evaluate(index.Target), Evaluate(index.At)),
            CelExpression.ListOf list => list.Items.Select(Evaluate).ToList(),
            CelExpression.Call call => CelFunctions.Call(call.Name, [.. call.Arguments.Select(Evaluate)], findPattern),
            CelExpression.Conditional conditional => Evaluate(Flag(Evaluate(conditional.Condition)) ? conditional.One : conditional.Other),
            CelExpression.Unary unary => Negate(unary.Operator, Evaluate(unary.Operand)),
            CelExpression.Binary { Operator: "||" or "&&" } logic => Logic(logic.Operator == "||", logic.Left, logic.Right),
            CelExpression.Binary binary => Operate(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right)),
            CelExpression.Macro macro => Fold(macro),
            _ => throw new CelException("unknown expression"),
        };
    }

    private bool Logic(bool decisive, CelExpression left, CelExpression right)
    {
        CelException? failure = null;
        foreach (var operand in (CelExpression[])[left, right])
        {
            try
            {
                if (Flag(Evaluate(operand)) == decisive)
                {
                    return decisive;
                }
            }
            catch (CelException exception)
            {
                failure = exception;
            }
        }

        return failure is null ? !decisive : throw failure;
    }

    private object? Fold(CelExpression.Macro macro)
    {
        var hidden = _variables.TryGetValue(macro.Element, out var outer);
        var results = new List<object?>();
        var count = 0;
        try
        {
            foreach (var element in CelValues.Elements(Evaluate(macro.Target)))
            {
                _variables[macro.Element] = element;
                var result = Evaluate(macro.Body);
                if (macro.Name == "map")
                {
                    results.Add(result);
                    continue;
                }

                var holds = Flag(result);
                count += holds ? 1 : 0;
                if (holds && macro.Name == "filter")
                {
                    results.Add(element);
                }

                if ((macro.Name == "all" && !holds) || (macro.Name == "exists" && holds))
                {
                    return holds;
                }
            }
        }
        finally
        {
            if (hidden)
            {
                _variables[macro.Element] = outer;
            }
            else
            {
                _variables.Remove(macro.Element);
            }
        }

        return macro.Name switch
        {
            "all" => true,
            "exists" => false,
            "exists_one" => count == 1,
            _ => results,
        };
    }

    private static object? Field(object? target, string name) =>
        target is JsonObject map && map[name] is { } value ? CelValues.Of(value) : throw new CelException($"no such key: {name}");

    private static object? At(object? target, object? index) => (target, index) switch
    {
        (JsonObject, string name) => Field(target, name),
        (IReadOnlyList<object?> list, long at) when at >= 0 && at < list.Count => list[(int)at],
        (IReadOnlyList<object?>, long at) => throw new CelException($"index out of bounds: {at.ToString(System.Globalization.CultureInfo.InvariantCulture)}"),
        _ => throw new CelException("no such overload"),
    };

    private static object Negate(char sign, object? value) => (sign, value) switch
    {
        ('!', bool flag) => !flag,
        ('-', long whole) => -whole,
        ('-', double real) => -real,
        _ => throw new CelException("no such overload"),
    };

    private static object Operate(string symbol, object? left, object? right) => symbol switch
    {
        "==" => CelValues.AreEqual(left, right),
        "!=" => !CelValues.AreEqual(left, right),
        "<" => CelValues.Compare(left, right) < 0,
        "<=" => CelValues.Compare(left, right) <= 0,
        ">" => CelValues.Compare(left, right) > 0,
        ">=" => CelValues.Compare(left, right) >= 0,
        "in" => CelValues.Elements(right).Any(element => CelValues.AreEqual(element, left)),
        _ => CelArithmetic.Of(symbol, left, right),
    };

    private static bool Flag(object? value) => value is bool flag ? flag : throw new CelException("no such overload");
}
