using System.Globalization;

namespace LlmKube.ApiServer.Selectors;

/// <summary>The whole grammar of label selectors: equality, sets, existence and comparison; all requirements must hold.</summary>
internal sealed class LabelSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a selector; false with a sentence where it is malformed.</summary>
    public static bool TryParse(string? text, out LabelSelector selector, out string? fault)
    {
        selector = Everything;
        fault = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        var reader = new SelectorReader(text);
        var requirements = new List<Requirement>();
        do
        {
            if (ReadRequirement(reader, out fault) is not { } requirement)
            {
                fault = $"unable to parse requirement: {fault}";
                return false;
            }

            requirements.Add(requirement);
        }
        while (reader.TryTake(","));

        if (!reader.AtEnd)
        {
            fault = $"found '{reader.Rest}', expected: ',' or 'end of string'";
            return false;
        }

        selector = new LabelSelector(requirements);
        return true;
    }

    private static Requirement? ReadRequirement(SelectorReader reader, out string? fault)
    {
        var absent = reader.TryTake("!");
        var key = reader.TakeWord();
        if (!LabelSyntax.IsKey(key))
        {
            fault = $"<nil>: Invalid value: \"{key}\": {LabelSyntax.KeyRule}";
            return null;
        }

        fault = null;
        if (absent)
        {
            return new Requirement(key, Operator.Absent, []);
        }

        if (reader.AtEnd || reader.Sees(","))
        {
            return new Requirement(key, Operator.Present, []);
        }

        if (ReadOperator(reader) is not { } comparison)
        {
            fault = $"found '{reader.Rest}', expected: in, notin, =, ==, !=, gt, lt";
            return null;
        }

        var values = comparison is Operator.In or Operator.NotIn ? ReadSet(reader, out fault) : new List<string> { reader.TakeWord() };
        if (values is null)
        {
            return null;
        }

        if (comparison is Operator.Greater or Operator.Less && !TryReadNumber(values[0], out _))
        {
            fault = $"values[0]: Invalid value: \"{values[0]}\": for 'Gt', 'Lt' operators, the value must be an integer";
            return null;
        }

        if (values.FirstOrDefault(value => !LabelSyntax.IsValue(value)) is { } wrong)
        {
            fault = $"values[0][{key}]: Invalid value: \"{wrong}\": {LabelSyntax.ValueRule}";
            return null;
        }

        return comparison switch
        {
            Operator.Equal => new Requirement(key, Operator.In, values),
            Operator.NotEqual => new Requirement(key, Operator.NotIn, values),
            _ => new Requirement(key, comparison, values),
        };
    }

    private static Operator? ReadOperator(SelectorReader reader)
    {
        if (reader.TryTake("==") || reader.TryTake("="))
        {
            return Operator.Equal;
        }

        if (reader.TryTake("!="))
        {
            return Operator.NotEqual;
        }

        if (reader.TryTake(">"))
        {
            return Operator.Greater;
        }

        if (reader.TryTake("<"))
        {
            return Operator.Less;
        }

        return reader.TakeWord() switch
        {
            "in" => Operator.In,
            "notin" => Operator.NotIn,
            _ => null,
        };
    }

    private static List<string>? ReadSet(SelectorReader reader, out string? fault)
    {
        fault = null;
        if (!reader.TryTake("("))
        {
            fault = $"found '{reader.Rest}', expected: '('";
            return null;
        }

        var values = new List<string>();
        do
        {
            values.Add(reader.TakeWord());
        }
        while (reader.TryTake(","));

        if (reader.TryTake(")"))
        {
            return values;
        }

        fault = $"found '{reader.Rest}', expected: ',' or ')'";
        return null;
    }

    private static bool TryReadNumber(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private enum Operator
    {
        In,
        NotIn,
        Equal,
        NotEqual,
        Present,
        Absent,
        Greater,
        Less,
    }

    private sealed record Requirement(string Key, Operator Comparison, IReadOnlyList<string> Values)
    {
        public bool Matches(IReadOnlyDictionary<string, string> labels)
        {
            var present = labels.TryGetValue(Key, out var value);
            return Comparison switch
            {
                Operator.In => present && Values.Contains(value, StringComparer.Ordinal),
                Operator.NotIn => !present || !Values.Contains(value, StringComparer.Ordinal),
                Operator.Present => present,
                Operator.Absent => !present,
                Operator.Greater => present && IsBeyond(value!, 1),
                Operator.Less => present && IsBeyond(value!, -1),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }

        private bool IsBeyond(string value, int side) =>
            TryReadNumber(value, out var number) && TryReadNumber(Values[0], out var limit) && number.CompareTo(limit) == side;
    }
}
