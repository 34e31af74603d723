using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Merges what is applied into what is live. The result shares no node with either.</summary>
internal static class ObjectMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject applied, Schema? schema) => MergeMaps(live, applied, schema);

    private static JsonNode? MergeValues(JsonNode? live, JsonNode? applied, Schema? schema)
    {
        var kind = FieldTyping.KindOf(schema, applied);
        if (kind != FieldTyping.KindOf(schema, live))
        {
            return applied?.DeepClone();
        }

        return kind switch
        {
            FieldKind.Map => MergeMaps((JsonObject)live!, (JsonObject)applied!, schema),
            FieldKind.KeyedList or FieldKind.Set => MergeLists((JsonArray)live!, (JsonArray)applied!, schema!, kind),
            _ => applied?.DeepClone(),
        };
    }

    private static JsonObject MergeMaps(JsonObject live, JsonObject applied, Schema? schema)
    {
        var merged = new JsonObject();
        foreach (var (name, value) in live)
        {
            merged[name] = applied.TryGetPropertyValue(name, out var wanted)
                ? MergeValues(value, wanted, schema?.FindProperty(name))
                : value?.DeepClone();
        }

        foreach (var (name, value) in applied)
        {
            if (!live.ContainsKey(name))
            {
                merged[name] = value?.DeepClone();
            }
        }

        return merged;
    }

    /// <summary>
    /// The applied items keep the order in which they are applied. An item that only the live list has keeps its place among the items
    /// that both have: before the next of them that the applied order comes to.
    /// </summary>
    private static JsonArray MergeLists(JsonArray live, JsonArray applied, Schema schema, FieldKind kind)
    {
        var liveItems = ListItems.Of(live, schema, kind);
        var appliedItems = ListItems.Of(applied, schema, kind);
        var shared = new Queue<string>(appliedItems.Elements.Where(liveItems.Contains));
        var merged = new JsonArray();
        var next = 0;
        for (var i = 0; i < applied.Count; i++)
        {
            var element = appliedItems.Elements[i];
            next = CopyLiveOnly(next, shared.TryPeek(out var stop) ? stop : null);
            if (liveItems.TryGet(element, out var liveItem))
            {
                merged.Add(kind == FieldKind.Set ? liveItem?.DeepClone() : MergeValues(liveItem, applied[i], schema.Items));
                shared.Dequeue();
            }
            else
            {
                merged.Add(applied[i]?.DeepClone());
            }
        }

        CopyLiveOnly(next, stop: null);
        return merged;

        int CopyLiveOnly(int from, string? stop)
        {
            for (; from < live.Count && liveItems.Elements[from] != stop; from++)
            {
                if (!appliedItems.Contains(liveItems.Elements[from]))
                {
                    merged.Add(live[from]?.DeepClone());
                }
            }

            return from;
        }
    }
}
