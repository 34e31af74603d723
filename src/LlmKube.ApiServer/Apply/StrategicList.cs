using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Merges a list by strategic merge patch: maps by their merge key, scalars by value.</summary>
internal sealed class StrategicList
{
    private readonly List<JsonNode?> _items;
    private readonly Dictionary<string, int> _positions;
    private readonly string? _mergeKey;
    private readonly string _field;

    private StrategicList(JsonArray target, string? mergeKey, string field)
    {
        _mergeKey = mergeKey;
        _field = field;
        _items = new List<JsonNode?>(target.Count);
        _positions = new Dictionary<string, int>(target.Count, StringComparer.Ordinal);
        foreach (var item in target)
        {
            Append(item?.DeepClone());
        }
    }

    /// <summary>The merged list. <paramref name="order"/> is the <c>$setElementOrder</c> of the list, if the patch has one.</summary>
    public static JsonArray Merge(JsonArray target, JsonArray patch, Schema schema, JsonArray? order, string field)
    {
        var list = new StrategicList(target, schema.PatchMergeKey, field);
        var replaces = patch.Any(item => item is JsonObject map && StrategicMergePatch.DirectiveOf(map) == "replace");
        if (replaces)
        {
            return new JsonArray([.. patch.OfType<JsonObject>().Where(map => !map.ContainsKey(StrategicMergePatch.PatchDirective))
                .Select(map => StrategicMergePatch.WithoutDirectives(map))]);
        }

        foreach (var item in patch)
        {
            list.MergeItem(item, schema.Items);
        }

        return list.InOrder(target, order);
    }

    private void MergeItem(JsonNode? item, Schema? schema)
    {
        if (_mergeKey is null)
        {
            if (!_positions.ContainsKey(CanonicalJson.Write(item)))
            {
                Append(item?.DeepClone());
            }

            return;
        }

        if (item is not JsonObject map)
        {
            throw PatchException.BadRequest($"the items of the patch's list {_field} must be objects with the merge key \"{_mergeKey}\"");
        }

        var directive = StrategicMergePatch.DirectiveOf(map);
        var key = KeyOf(map) ?? throw PatchException.BadRequest($"map: {map.ToJsonString()} does not contain declared merge key: {_mergeKey}");
        if (!_positions.TryGetValue(key, out var position))
        {
            if (directive != "delete")
            {
                Append(StrategicMergePatch.MergeMap([], map, schema));
            }
        }
        else if (directive == "delete")
        {
            _items[position] = null;
            _positions.Remove(key);
        }
        else
        {
            _items[position] = StrategicMergePatch.MergeMap(_items[position] as JsonObject, map, schema);
        }
    }

    private void Append(JsonNode? item)
    {
        if ((_mergeKey is null ? CanonicalJson.Write(item) : KeyOf(item)) is { } key)
        {
            _positions.TryAdd(key, _items.Count);
        }

        _items.Add(item);
    }

    private string? KeyOf(JsonNode? item) =>
        item is JsonObject map && map[_mergeKey!] is { } value ? CanonicalJson.Write(value) : null;

    /// <summary>
    /// Puts the items that the order names into that order. Those it does not name, which the patch's author has not seen, stay before the
    /// items that they stood before.
    /// </summary>
    private JsonArray InOrder(JsonArray target, JsonArray? order)
    {
        var present = _items.Where(item => item is not null || _mergeKey is null).ToList();
        if (order is null)
        {
            return new JsonArray([.. present]);
        }

        var wanted = Positions(order);
        var stood = Positions(target);
        var named = present.Where(item => wanted.ContainsKey(NameOf(item))).OrderBy(item => wanted[NameOf(item)]).ToList();
        var unnamed = new Queue<JsonNode?>(present.Where(item => !wanted.ContainsKey(NameOf(item))));
        var result = new JsonArray();
        foreach (var item in named)
        {
            while (unnamed.TryPeek(out var other) && stood.TryGetValue(NameOf(item), out var here)
                && stood.TryGetValue(NameOf(other), out var there) && there < here)
            {
                result.Add(unnamed.Dequeue());
            }

            result.Add(item);
        }

        foreach (var item in unnamed)
        {
            result.Add(item);
        }

        return result;
    }

    private Dictionary<string, int> Positions(JsonArray list)
    {
        var positions = new Dictionary<string, int>(list.Count, StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            positions.TryAdd(NameOf(list[i]), i);
        }

        return positions;
    }

    private string NameOf(JsonNode? item) =>
        _mergeKey is null || item?.GetValueKind() != JsonValueKind.Object ? CanonicalJson.Write(item) : KeyOf(item) ?? "";
}
