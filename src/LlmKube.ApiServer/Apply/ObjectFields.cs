using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Reads the set of fields that an object states, the set which its applier owns.</summary>
internal sealed class ObjectFields
{
    private readonly List<string> _path = [];
    private readonly List<string> _faults = [];

    private ObjectFields()
    {
    }

    public static FieldSet Of(JsonObject value, Schema? schema) => Of(value, schema, out _);

    /// <summary>
    /// The same, with what makes the object unfit to be applied: fields that the schema does not know, list items without keys, duplicates.
    /// </summary>
    public static FieldSet Of(JsonObject value, Schema? schema, out IReadOnlyList<string> faults)
    {
        var reader = new ObjectFields();
        var root = new FieldSetBuilder();
        reader.Read(value, schema, root);
        faults = reader._faults;
        return root.Build();
    }

    private void Read(JsonNode? value, Schema? schema, FieldSetBuilder at)
    {
        switch (FieldTyping.KindOf(schema, value))
        {
            case FieldKind.Map:
                ReadMap((JsonObject)value!, schema, at);
                break;
            case FieldKind.KeyedList:
                ReadList((JsonArray)value!, schema!, FieldKind.KeyedList, at);
                break;
            case FieldKind.Set:
                ReadList((JsonArray)value!, schema!, FieldKind.Set, at);
                break;
            default:
                at.IsMember = true;
                break;
        }
    }

    private void ReadMap(JsonObject map, Schema? schema, FieldSetBuilder at)
    {
        foreach (var (name, value) in map)
        {
            var element = PathElement.Field(name);
            _path.Add(element);
            if (!FieldTyping.IsDeclared(schema, name))
            {
                _faults.Add($"{PathElement.Display(_path)}: field not declared in schema");
            }

            var child = at.Child(element);
            Read(value, schema?.FindProperty(name), child);
            // A key of a free map is itself something one can own; a named field is owned through what is in it, unless there is nothing.
            child.IsMember |= value is null or JsonObject { Count: 0 } || !FieldTyping.IsNamed(schema, name);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void ReadList(JsonArray list, Schema schema, FieldKind kind, FieldSetBuilder at)
    {
        var items = ListItems.Of(list, schema, kind);
        foreach (var duplicate in items.Duplicates.Keys)
        {
            at.Child(duplicate).IsMember = true;
            _faults.Add($"{PathElement.Display(_path)}: duplicate entries for key {PathElement.Display([duplicate])}");
        }

        for (var i = 0; i < list.Count; i++)
        {
            var element = items.Elements[i];
            if (items.Duplicates.ContainsKey(element))
            {
                continue;
            }

            if (kind == FieldKind.KeyedList)
            {
                ReportMissingKey(list[i], schema, i);
            }

            var child = at.Child(element);
            _path.Add(element);
            if (kind == FieldKind.KeyedList)
            {
                Read(list[i], schema.Items, child);
            }

            child.IsMember = true;
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void ReportMissingKey(JsonNode? item, Schema schema, int position)
    {
        if (FieldTyping.ElementOf(schema, FieldKind.KeyedList, item, out var missing) is null)
        {
            _faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"{PathElement.Display(_path)}: element {position}: associative list with keys has an element that omits key field \"{missing}\" (and doesn't have default value)"));
        }
    }
}
