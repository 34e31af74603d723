using System.Globalization;

namespace LlmKube.Resources.Validation;

/// <summary>Gathers what is wrong, so that all of it can be said at once.</summary>
internal sealed class Findings
{
    private readonly List<Finding> _all = [];

    public IReadOnlyList<Finding> All => _all;

    public void Add(string path, string message) => _all.Add(new Finding(path, message));

    /// <summary>Adds the message where the condition holds.</summary>
    public void AddIf(bool wrong, string path, string message)
    {
        if (wrong)
        {
            Add(path, message);
        }
    }

    /// <summary>A quantity above zero, or nothing.</summary>
    public void CheckQuantity(string path, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        if (!Quantity.TryParse(text, out var quantity))
        {
            Add(path, $"'{text}' is not a quantity. Write a number with an optional suffix, such as 500m, 2 or 4Gi.");
        }
        else if (quantity.Value < 0)
        {
            Add(path, $"'{text}' is below zero. Write an amount of zero or more.");
        }
    }

    /// <summary>A number that is written as text, within bounds.</summary>
    public void CheckNumber(string path, string? text, double above, string advice)
    {
        if (!string.IsNullOrEmpty(text)
            && (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= above))
        {
            Add(path, $"'{text}' does not fit. {advice}");
        }
    }
}
