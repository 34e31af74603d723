using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Takes fields out of an object, in place.</summary>
internal static class ObjectPrune
{
    /// <summary>Removes every path of the set, with all that lies below it.</summary>
    public static void Remove(JsonNode? value, FieldSet fields, Schema? schema)
    {
        if (fields.Children.Count == 0)
        {
            return;
        }

        switch (FieldTyping.KindOf(schema, value))
        {
            case FieldKind.Map:
                RemoveMembers((JsonObject)value!, fields, schema);
                break;
            case FieldKind.KeyedList:
                RemoveItems((JsonArray)value!, fields, schema!, FieldKind.KeyedList);
                break;
            case FieldKind.Set:
                RemoveItems((JsonArray)value!, fields, schema!, FieldKind.Set);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// The set with the named fields on the way to its paths. Whoever owns <c>spec.strategy.type</c> holds <c>spec.strategy</c> in place,
    /// and when nobody holds it any more it goes as a whole, with the defaults in it.
    /// </summary>
    public static FieldSet WithNamedParents(FieldSet set, Schema? schema, bool isNamed = false)
    {
        if (set.Children.Count == 0)
        {
            return set;
        }

        var children = new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        foreach (var (element, child) in set.Children)
        {
            children[element] = PathElement.IsField(element, out var name)
                ? WithNamedParents(child, schema?.FindProperty(name), FieldTyping.IsNamed(schema, name))
                : WithNamedParents(child, schema?.Items);
        }

        return FieldSet.Of(set.IsMember || isNamed, children);
    }

    private static void RemoveMembers(JsonObject map, FieldSet fields, Schema? schema)
    {
        foreach (var (element, child) in fields.Children)
        {
            if (!PathElement.IsField(element, out var name))
            {
                continue;
            }

            if (child.IsMember)
            {
                map.Remove(name);
            }
            else
            {
                Remove(map[name], child, schema?.FindProperty(name));
            }
        }
    }

    private static void RemoveItems(JsonArray list, FieldSet fields, Schema schema, FieldKind kind)
    {
        var items = ListItems.Of(list, schema, kind);
        var kept = new List<JsonNode?>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var child = fields.Find(items.Elements[i]);
            if (!child.IsMember)
            {
                Remove(list[i], child, schema.Items);
                kept.Add(list[i]);
            }
        }

        if (kept.Count == list.Count)
        {
            return;
        }

        // Rebuilt, because removing one by one moves the rest each time.
        list.Clear();
        foreach (var item in kept)
        {
            list.Add(item);
        }
    }
}
