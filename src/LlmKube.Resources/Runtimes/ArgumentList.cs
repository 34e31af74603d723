using System.Globalization;

namespace LlmKube.Resources.Runtimes;

/// <summary>Builds a command line. A value that is null or empty adds nothing.</summary>
internal sealed class ArgumentList(IReadOnlyList<string>? given)
{
    private readonly List<string> _arguments = [];

    /// <summary>Whether the user's own arguments set the option.</summary>
    public bool IsGiven(string option) => ExtraArguments.Sets(given, option);

    public void Add(string option, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _arguments.Add(option);
            _arguments.Add(value);
        }
    }

    public void Add(string option, int? value) => Add(option, value?.ToString(CultureInfo.InvariantCulture));

    public void AddUnlessGiven(string option, string? value)
    {
        if (!IsGiven(option))
        {
            Add(option, value);
        }
    }

    public void AddEach(string option, IReadOnlyList<string>? values)
    {
        foreach (var value in values ?? [])
        {
            Add(option, value);
        }
    }

    /// <summary>One option with each value as an argument of its own; nothing where there are no values.</summary>
    public void AddAll(string option, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            _arguments.Add(option);
            _arguments.AddRange(values);
        }
    }

    public void AddPositional(string value) => _arguments.Add(value);

    public void AddFlag(string flag, bool? wanted)
    {
        if (wanted == true)
        {
            _arguments.Add(flag);
        }
    }

    public void AddFlagUnlessGiven(string flag) => AddFlag(flag, !IsGiven(flag));

    /// <summary>The whole line: what was added, and what the user gives.</summary>
    public IReadOnlyList<string> Finish() => [.. _arguments, .. given ?? []];

    /// <summary>The whole line: what was added, what the user gives, and a last flag that the user may have given.</summary>
    public IReadOnlyList<string> Finish(string lastFlag) => [.. _arguments, .. given ?? [], .. IsGiven(lastFlag) ? [] : new[] { lastFlag }];
}
