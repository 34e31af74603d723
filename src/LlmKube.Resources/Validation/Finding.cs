using System.Text;

namespace LlmKube.Resources.Validation;

/// <summary>One thing that is wrong in an object: where, and what to do about it.</summary>
/// <param name="Path">The field, such as <c>spec.resources.cpu</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Finding(string Path, string Message)
{
    /// <summary>All findings in one line, as a condition's message carries them.</summary>
    public static string Summarize(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(finding);
        }

        return text.ToString();
    }

    public override string ToString() => $"{Path}: {Message}";
}
