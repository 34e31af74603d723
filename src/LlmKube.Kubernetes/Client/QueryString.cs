using System.Text;

namespace LlmKube.Kubernetes.Client;

/// <summary>Builds a query; parameters without a value are left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    internal QueryString Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public override string ToString() => _text.ToString();
}
