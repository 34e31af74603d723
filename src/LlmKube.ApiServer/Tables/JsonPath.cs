using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Tables;

/// <summary>
/// The part of JSONPath that CRD columns and scale paths use: <c>.a.b</c>, <c>['a']</c>, <c>[0]</c>, <c>[-1]</c>, <c>[*]</c> and
/// <c>[?(@.type=="Ready")]</c> with <c>==</c> and <c>!=</c>. A dot in a name is written <c>\.</c>.
/// </summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<Step> _steps;

    private JsonPath(IReadOnlyList<Step> steps) => _steps = steps;

    /// <summary>Null where <paramref name="text"/> is no path of this kind.</summary>
    public static JsonPath? TryParse(string text)
    {
        text = text.Trim();
        if (text is ['{', .., '}'])
        {
            text = text[1..^1];
        }

        var steps = new List<Step>();
        var at = text.StartsWith('$') || text.StartsWith('@') ? 1 : 0;
        while (at < text.Length)
        {
            var step = text[at] == '[' ? ReadBracket(text, ref at) : ReadName(text, ref at);
            if (step is null)
            {
                return null;
            }

            steps.Add(step);
        }

        return new JsonPath(steps);
    }

    /// <summary>What the path leads to; nothing where a step leads nowhere.</summary>
    public IEnumerable<JsonNode?> Select(JsonNode? root)
    {
        IEnumerable<JsonNode?> nodes = [root];
        foreach (var step in _steps)
        {
            nodes = nodes.SelectMany(step.Select);
        }

        return nodes;
    }

    private static Step? ReadName(string text, ref int at)
    {
        if (text[at] == '.')
        {
            at++;
        }

        var name = new StringBuilder();
        while (at < text.Length && text[at] is not ('.' or '['))
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            name.Append(text[at++]);
        }

        return name.ToString() switch
        {
            "" => null,
            "*" => new Step.All(),
            var child => new Step.Child(child),
        };
    }

    private static Step? ReadBracket(string text, ref int at)
    {
        var end = FindClose(text, at);
        if (end < 0)
        {
            return null;
        }

        var inner = text[(at + 1)..end].Trim();
        at = end + 1;
        if (inner == "*")
        {
            return new Step.All();
        }

        if (inner.Length > 0 && inner[0] is '\'' or '"')
        {
            return Unquote(inner) is { } name ? new Step.Child(name) : null;
        }

        if (inner.StartsWith("?(", StringComparison.Ordinal) && inner.EndsWith(')'))
        {
            return ReadFilter(inner[2..^1]);
        }

        return int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? new Step.At(index) : null;
    }

    /// <summary>The bracket that closes the one at <paramref name="open"/>, outside of quotes.</summary>
    private static int FindClose(string text, int open)
    {
        var depth = 0;
        var quote = '\0';
        for (var i = open; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '[')
            {
                depth++;
            }
            else if (c == ']' && --depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static Step.Where? ReadFilter(string filter)
    {
        foreach (var comparison in (string[])["==", "!="])
        {
            var at = filter.IndexOf(comparison, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var wanted = filter[(at + 2)..].Trim();
            return TryParse(filter[..at]) is { } path ? new Step.Where(path, Unquote(wanted) ?? wanted, comparison == "==") : null;
        }

        return TryParse(filter) is { } exists ? new Step.Where(exists, null, IsEqual: true) : null;
    }

    private static string? Unquote(string text) =>
        text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0] ? text[1..^1] : null;

    private abstract record Step
    {
        public abstract IEnumerable<JsonNode?> Select(JsonNode? node);

        public sealed record Child(string Name) : Step
        {
            public override IEnumerable<JsonNode?> Select(JsonNode? node) =>
                node is JsonObject obj && obj.TryGetPropertyValue(Name, out var value) ? [value] : [];
        }

        public sealed record At(int Index) : Step
        {
            public override IEnumerable<JsonNode?> Select(JsonNode? node)
            {
                var array = node as JsonArray ?? [];
                var index = Index < 0 ? array.Count + Index : Index;
                return index >= 0 && index < array.Count ? [array[index]] : [];
            }
        }

        public sealed record All : Step
        {
            public override IEnumerable<JsonNode?> Select(JsonNode? node) => Elements(node);
        }

        /// <summary>The elements whose <paramref name="Path"/> has the value wanted, or any value where none is.</summary>
        public sealed record Where(JsonPath Path, string? Wanted, bool IsEqual) : Step
        {
            public override IEnumerable<JsonNode?> Select(JsonNode? node) => Elements(node).Where(element =>
            {
                var found = Path.Select(element).ToList();
                return Wanted is null ? found.Count > 0 : found.Exists(value => CellText.Of(value) == Wanted) == IsEqual;
            });
        }

        private static IEnumerable<JsonNode?> Elements(JsonNode? node) => node switch
        {
            JsonArray array => array,
            JsonObject obj => obj.Select(p => p.Value),
            _ => [],
        };
    }
}
