using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>The items of a keyed list or set by their path elements, in list order.</summary>
internal sealed class ListItems
{
    private readonly Dictionary<string, JsonNode?> _byElement;

    private ListItems(IReadOnlyList<string> elements, Dictionary<string, JsonNode?> byElement, IReadOnlySet<string> duplicates)
    {
        Elements = elements;
        _byElement = byElement;
        Duplicates = duplicates;
    }

    /// <summary>One element an item, duplicates included.</summary>
    public IReadOnlyList<string> Elements { get; }

    /// <summary>Elements that more than one item has; such items cannot be told apart.</summary>
    public IReadOnlySet<string> Duplicates { get; }

    /// <summary>Names the items. An item without its keys, which old objects may have, is named by its position.</summary>
    public static ListItems Of(JsonArray list, Schema schema, FieldKind kind)
    {
        var elements = new List<string>(list.Count);
        var byElement = new Dictionary<string, JsonNode?>(list.Count, StringComparer.Ordinal);
        var duplicates = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            var element = FieldTyping.ElementOf(schema, kind, list[i], out _) ?? PathElement.Index(i);
            elements.Add(element);
            if (!byElement.TryAdd(element, list[i]))
            {
                duplicates.Add(element);
            }
        }

        return new ListItems(elements, byElement, duplicates);
    }

    public bool TryGet(string element, out JsonNode? item) => _byElement.TryGetValue(element, out item);

    public bool Contains(string element) => _byElement.ContainsKey(element);
}
