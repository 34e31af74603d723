using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>The items of a keyed list or set by their path elements, in list order.</summary>
internal sealed class ListItems
{
    private static readonly Dictionary<string, IReadOnlyList<JsonNode?>> s_none = [];

    private readonly Dictionary<string, JsonNode?> _byElement;

    private ListItems(IReadOnlyList<string> elements, Dictionary<string, JsonNode?> byElement, IReadOnlyDictionary<string, IReadOnlyList<JsonNode?>> duplicates)
    {
        Elements = elements;
        _byElement = byElement;
        Duplicates = duplicates;
    }

    /// <summary>One element an item, duplicates included.</summary>
    public IReadOnlyList<string> Elements { get; }

    /// <summary>The items of the elements that more than one item has; such items cannot be told apart.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<JsonNode?>> Duplicates { get; }

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

        return new ListItems(elements, byElement, duplicates.Count == 0 ? s_none : Group(list, elements, duplicates));
    }

    /// <summary>All items of an element, of which there are several only among duplicates.</summary>
    public IReadOnlyList<JsonNode?> ItemsOf(string element) =>
        Duplicates.TryGetValue(element, out var items) ? items : TryGet(element, out var item) ? [item] : [];

    public bool TryGet(string element, out JsonNode? item) => _byElement.TryGetValue(element, out item);

    public bool Contains(string element) => _byElement.ContainsKey(element);

    private static Dictionary<string, IReadOnlyList<JsonNode?>> Group(JsonArray list, List<string> elements, HashSet<string> duplicates) =>
        elements.Index().Where(item => duplicates.Contains(item.Item)).GroupBy(item => item.Item, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, IReadOnlyList<JsonNode?> (group) => [.. group.Select(item => list[item.Index])], StringComparer.Ordinal);
}
