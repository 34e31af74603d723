using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Selectors;

/// <summary>A field selector: <c>path=value</c> and <c>path!=value</c>, joined by commas.</summary>
internal sealed class FieldSelector
{
    private readonly IReadOnlyList<Term> _terms;

    private FieldSelector(IReadOnlyList<Term> terms)
    {
        _terms = terms;
        NeedsTree = terms.Any(term => term.Path is not ("metadata.name" or "metadata.namespace"));
    }

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEverything => _terms.Count == 0;

    /// <summary>The one name that can match, where the selector says so: a list becomes a look-up.</summary>
    public string? ExactName => _terms.FirstOrDefault(term => term is { Path: "metadata.name", Negated: false })?.Value;

    private bool NeedsTree { get; }

    public bool Matches(StoredObject candidate)
    {
        if (_terms.Count == 0)
        {
            return true;
        }

        var tree = NeedsTree ? candidate.Parse() : null;
        foreach (var term in _terms)
        {
            var value = term.Path switch
            {
                "metadata.name" => candidate.Key.Object.Name,
                "metadata.namespace" => candidate.Key.Object.Namespace,
                _ => ValueAt(tree!, term.Path),
            };
            if (value == term.Value == term.Negated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a selector whose paths are all in <paramref name="supported"/>; false with a sentence otherwise.</summary>
    public static bool TryParse(string? text, IReadOnlyCollection<string> supported, out FieldSelector selector, out string? fault)
    {
        selector = Everything;
        fault = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var terms = new List<Term>();
        foreach (var part in Split(text))
        {
            if (part.Length == 0)
            {
                continue;
            }

            if (Read(part) is not { } term)
            {
                fault = $"invalid selector: '{text}'; can't understand '{part}'";
                return false;
            }

            if (term.Path is not ("metadata.name" or "metadata.namespace") && !supported.Contains(term.Path, StringComparer.Ordinal))
            {
                fault = $"field label not supported: {term.Path}";
                return false;
            }

            terms.Add(term);
        }

        selector = new FieldSelector(terms);
        return true;
    }

    /// <summary>Splits at commas that are not escaped.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static Term? Read(string part)
    {
        var sign = part.IndexOf('=', StringComparison.Ordinal);
        if (sign < 1)
        {
            return null;
        }

        var negated = part[sign - 1] == '!';
        var valueStart = !negated && sign + 1 < part.Length && part[sign + 1] == '=' ? sign + 2 : sign + 1;
        return new Term(part[..(negated ? sign - 1 : sign)].Trim(), Unescape(part[valueStart..]), negated);
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
            {
                i++;
            }

            text.Append(value[i]);
        }

        return text.ToString();
    }

    private static string ValueAt(JsonObject tree, string path)
    {
        JsonNode? node = tree;
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as JsonObject)?[step];
        }

        return node switch
        {
            null => path is "spec.unschedulable" ? "false" : "",
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            _ => node.ToJsonString(),
        };
    }

    private sealed record Term(string Path, string Value, bool Negated);
}
