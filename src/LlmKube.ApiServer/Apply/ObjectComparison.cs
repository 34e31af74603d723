using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Which fields differ between two states of an object.</summary>
internal sealed class ObjectComparison
{
    private static readonly EqualityComparer<JsonNode?> s_sameValue = EqualityComparer<JsonNode?>.Create(JsonNode.DeepEquals);

    private readonly FieldSetBuilder _added = new();
    private readonly FieldSetBuilder _removed = new();
    private readonly FieldSetBuilder _modified = new();
    private readonly FieldSetBuilder _overwritten = new();

    private ObjectComparison()
    {
    }

    /// <summary>Fields with a new value: those that are new and those that changed.</summary>
    public FieldSet Changed { get; private init; } = FieldSet.Empty;

    public FieldSet Removed { get; private init; } = FieldSet.Empty;

    /// <summary>Those of the removed fields that gave way to a value of another type; taking them from an owner is a conflict.</summary>
    public FieldSet Overwritten { get; private init; } = FieldSet.Empty;

    public static ObjectComparison Compare(JsonObject before, JsonObject after, Schema? schema)
    {
        var walk = new ObjectComparison();
        walk.CompareValues(before, after, schema, new Position(walk._added, walk._removed, walk._modified, walk._overwritten));
        return new ObjectComparison
        {
            Changed = walk._added.Build().Union(walk._modified.Build()),
            Removed = walk._removed.Build(),
            Overwritten = walk._overwritten.Build(),
        };
    }

    /// <summary>The comparison without the fields that are not to be tracked.</summary>
    public ObjectComparison Ignoring(FieldSet fields) => new()
    {
        Changed = Changed.ExceptTrees(fields),
        Removed = Removed.ExceptTrees(fields),
        Overwritten = Overwritten.ExceptTrees(fields),
    };

    private void CompareValues(JsonNode? before, JsonNode? after, Schema? schema, Position at)
    {
        var kind = FieldTyping.KindOf(schema, before);
        if (kind == FieldTyping.KindOf(schema, after) && kind == FieldKind.Map)
        {
            CompareMaps((JsonObject)before!, (JsonObject)after!, schema, at);
        }
        else if (kind == FieldTyping.KindOf(schema, after) && kind != FieldKind.Leaf)
        {
            CompareLists((JsonArray)before!, (JsonArray)after!, schema!, kind, at);
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            // Also where the type changed, as from text to object: whoever had the one has lost it to the other.
            at.Modified.IsMember = true;
            MarkBelow(before, schema, at.Removed);
            MarkBelow(before, schema, at.Overwritten);
            MarkBelow(after, schema, at.Added);
        }
    }

    private void CompareMaps(JsonObject before, JsonObject after, Schema? schema, Position at)
    {
        foreach (var (name, old) in before)
        {
            var element = PathElement.Field(name);
            if (after.TryGetPropertyValue(name, out var updated))
            {
                CompareValues(old, updated, schema?.FindProperty(name), at.Child(element));
            }
            else
            {
                Mark(old, schema?.FindProperty(name), at.Removed.Child(element));
            }
        }

        foreach (var (name, updated) in after)
        {
            if (!before.ContainsKey(name))
            {
                Mark(updated, schema?.FindProperty(name), at.Added.Child(PathElement.Field(name)));
            }
        }
    }

    private void CompareLists(JsonArray before, JsonArray after, Schema schema, FieldKind kind, Position at)
    {
        var olds = ListItems.Of(before, schema, kind);
        var news = ListItems.Of(after, schema, kind);
        foreach (var element in olds.Elements.Distinct(StringComparer.Ordinal))
        {
            olds.TryGet(element, out var old);
            if (!news.TryGet(element, out var updated))
            {
                Mark(old, schema.Items, at.Removed.Child(element));
            }
            else if (olds.Duplicates.ContainsKey(element) || news.Duplicates.ContainsKey(element))
            {
                // Items that cannot be told apart are owned together.
                at.Modified.Child(element).IsMember = !olds.ItemsOf(element).SequenceEqual(news.ItemsOf(element), s_sameValue);
            }
            else if (kind == FieldKind.KeyedList)
            {
                CompareValues(old, updated, schema.Items, at.Child(element));
            }
        }

        foreach (var element in news.Elements)
        {
            if (!olds.Contains(element) && news.TryGet(element, out var updated))
            {
                Mark(updated, schema.Items, at.Added.Child(element));
            }
        }
    }

    private static void Mark(JsonNode? value, Schema? schema, FieldSetBuilder at)
    {
        at.IsMember = true;
        MarkBelow(value, schema, at);
    }

    private static void MarkBelow(JsonNode? value, Schema? schema, FieldSetBuilder at)
    {
        var kind = FieldTyping.KindOf(schema, value);
        if (kind == FieldKind.Map)
        {
            foreach (var (name, child) in (JsonObject)value!)
            {
                Mark(child, schema?.FindProperty(name), at.Child(PathElement.Field(name)));
            }
        }
        else if (kind != FieldKind.Leaf)
        {
            var items = ListItems.Of((JsonArray)value!, schema!, kind);
            foreach (var element in items.Elements)
            {
                items.TryGet(element, out var item);
                Mark(kind == FieldKind.KeyedList ? item : null, schema!.Items, at.Child(element));
            }
        }
    }

    /// <summary>The same path in all the sets.</summary>
    private readonly record struct Position(FieldSetBuilder Added, FieldSetBuilder Removed, FieldSetBuilder Modified, FieldSetBuilder Overwritten)
    {
        public Position Child(string element) =>
            new(Added.Child(element), Removed.Child(element), Modified.Child(element), Overwritten.Child(element));
    }
}
