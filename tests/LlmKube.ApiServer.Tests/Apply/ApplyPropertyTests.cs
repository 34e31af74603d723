using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LlmKube.ApiServer.Apply;
using LlmKube.Kubernetes.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>What holds for every object and every history of writes.</summary>
public sealed class ApplyPropertyTests
{
    private static readonly Schema s_schema = new()
    {
        Type = "object",
        Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
        {
            ["spec"] = SchemaJson.Read(Json.Object("""
                {"type":"object","properties":{
                  "a":{"type":"integer"},"b":{"type":"string"},
                  "map":{"type":"object","additionalProperties":{"type":"integer"}},
                  "inner":{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"integer"}}},
                  "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}},
                  "atomic":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"integer"}},
                  "keyed":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
                    "items":{"type":"object","properties":{"k":{"type":"integer"},"v":{"type":"integer"},
                      "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["p","q"],
                        "items":{"type":"object","properties":{"p":{"type":"integer"},"q":{"type":"string","default":"TCP"},"w":{"type":"integer"}}}}}}},
                  "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}
                """)),
        },
    };

    private static readonly Gen<int> s_small = Gen.Choose(0, 2);

    [Fact]
    public void Applying_twice_is_a_no_op() => Check(Histories(), history =>
    {
        var it = Replay(history);
        var (manager, spec, _) = history[^1];
        it.Apply(manager, Body(spec), force: true);
        var text = it.Value!.ToJsonString();
        it.Apply(manager, Body(spec));
        it.Changed.ShouldBeFalse();
        it.Value.ToJsonString().ShouldBe(text);
    });

    [Fact]
    public void Applying_then_applying_nothing_leaves_nothing() => Check(Specs(), spec =>
    {
        var it = New().Apply("one", Body(spec)).Apply("one", "{}");
        Json.Same(it.Value, """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"it"}}""");
    });

    [Fact]
    public void Whoever_lets_go_gets_the_object_back_as_it_was_without_him() => Check(Specs().Zip(Specs()), specs =>
    {
        var alone = New().Apply("one", Body(specs.Item1));
        var both = New().Apply("one", Body(specs.Item1));
        if (both.TryApply("two", Body(specs.Item2)) is ApplyOutcome.Conflicts)
        {
            return;
        }

        both.Apply("two", Body(specs.Item2)).Apply("two", "{}");
        both.Owned("one").ShouldBe(alone.Owned("one"));
        SortedText(both["spec"]).ShouldBe(SortedText(alone["spec"]));
    });

    [Fact]
    public void What_is_applied_is_what_is_stored() => Check(Histories(), history =>
    {
        var it = Replay(history);
        var (manager, spec, _) = history[^1];
        it.Apply(manager, Body(spec), force: true);
        var stated = ObjectFields.Of(new JsonObject { ["spec"] = spec.DeepClone() }, ObjectSchema.Of(s_schema));
        var entry = it.Entry(manager);
        (entry is null ? FieldSet.Empty : FieldsV1.TryRead(entry["fieldsV1"])!).SetEquals(stated).ShouldBeTrue();
        stated.Except(Present(it)).IsEmpty.ShouldBeTrue();
    });

    [Fact]
    public void Nobody_owns_what_is_not_there() => Check(Histories(), history =>
    {
        var it = Replay(history);
        var present = Present(it);
        foreach (var entry in it.Entries)
        {
            var gone = FieldsV1.TryRead(entry["fieldsV1"])!.Except(present);
            gone.IsEmpty.ShouldBeTrue(FieldsV1.Write(gone).ToJsonString());
        }
    });

    [Fact]
    public void Without_force_no_owner_loses_a_field_to_another_value() => Check(Histories(), history =>
    {
        var it = Replay(history);
        var (manager, spec, _) = history[0];
        var before = it.Entries.Where(entry => entry["manager"]!.GetValue<string>() != manager).Select(entry => entry.ToJsonString()).ToList();
        if (it.TryApply(manager, Body(spec)) is ApplyOutcome.Applied)
        {
            it.Apply(manager, Body(spec));
            it.Entries.Where(entry => entry["manager"]!.GetValue<string>() != manager).Select(entry => entry.ToJsonString()).ShouldBe(before);
        }
    });

    [Fact]
    public void Field_sets_survive_their_json() => Check(Specs(), spec =>
    {
        var set = ObjectFields.Of(new JsonObject { ["spec"] = spec.DeepClone() }, s_schema);
        var json = FieldsV1.Write(set);
        FieldsV1.TryRead(JsonNode.Parse(json.ToJsonString()))!.SetEquals(set).ShouldBeTrue();
    });

    [Fact]
    public void Field_sets_obey_the_laws_of_sets() => Check(Specs().Zip(Specs()), specs =>
    {
        var a = ObjectFields.Of(specs.Item1, s_schema.FindProperty("spec"));
        var b = ObjectFields.Of(specs.Item2, s_schema.FindProperty("spec"));
        a.Union(b).SetEquals(b.Union(a)).ShouldBeTrue();
        a.Intersect(b).SetEquals(b.Intersect(a)).ShouldBeTrue();
        a.Except(b).Union(a.Intersect(b)).SetEquals(a).ShouldBeTrue();
        a.Except(b).Intersect(b).IsEmpty.ShouldBeTrue();
        a.Except(a).IsEmpty.ShouldBeTrue();
        a.Union(b).Except(b).SetEquals(a.Except(b)).ShouldBeTrue();
    });

    [Fact]
    public void An_update_leads_to_owners_that_are_disjoint() => Check(Histories(), history =>
    {
        var it = New();
        foreach (var (manager, spec, _) in history)
        {
            it.Put(manager, it.Value is null ? Json.Object($$$"""{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"it"},"spec":{{{spec.ToJsonString()}}}}""")
                : With(it.Value, spec));
        }

        var seen = FieldSet.Empty;
        foreach (var entry in it.Entries)
        {
            var owned = FieldsV1.TryRead(entry["fieldsV1"])!;
            seen.Intersect(owned).IsEmpty.ShouldBeTrue();
            seen = seen.Union(owned);
        }
    });

    /// <summary>All the paths that the object has, those of its named parents too.</summary>
    private static FieldSet Present(StoredObject it) =>
        ObjectPrune.WithNamedParents(ObjectFields.Of(it.Value!, ObjectSchema.Of(s_schema)), ObjectSchema.Of(s_schema));

    private static JsonObject With(JsonObject value, JsonObject spec)
    {
        var copy = (JsonObject)value.DeepClone();
        copy["spec"] = spec.DeepClone();
        return copy;
    }

    private static StoredObject New() => new("example.com/v1", "Thing", s_schema);

    private static string Body(JsonObject spec) => $$$"""{"spec":{{{spec.ToJsonString()}}}}""";

    private static StoredObject Replay(IReadOnlyList<(string Manager, JsonObject Spec, bool Force)> history)
    {
        var it = New();
        foreach (var (manager, spec, force) in history)
        {
            if (it.TryApply(manager, Body(spec), force) is ApplyOutcome.Applied)
            {
                it.Apply(manager, Body(spec), force);
            }
        }

        return it;
    }

    /// <summary>As text with lists sorted, for where only the order of keyed items may differ.</summary>
    private static string SortedText(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(',', map.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{SortedText(member.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(SortedText).Order(StringComparer.Ordinal)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    private static Gen<(string Manager, JsonObject Spec, bool Force)[]> Histories() =>
        Gen.NonEmptyListOf(
            from manager in Gen.Elements("one", "two", "three")
            from spec in Specs()
            from force in Gen.Elements(true, false)
            select (manager, spec, force)).Select(list => list.Take(6).ToArray());

    private static Gen<JsonObject> Specs() =>
        from a in Maybe(s_small.Select(JsonNode (value) => value))
        from b in Maybe(s_small.Select(JsonNode (value) => value == 0 ? "" : "text"))
        from map in Maybe(Maps("p", "q", "r"))
        from inner in Maybe(Maps("x", "y"))
        from set in Maybe(Values().Select(values => List(values.Distinct())))
        from atomic in Maybe(Values().Select(List))
        from keyed in Maybe(Keyed())
        from free in Maybe(from one in Maps("m") from two in Maybe(Maps("n")) select Object(("one", one), ("two", two)))
        select (JsonObject)Object(("a", a), ("b", b), ("map", map), ("inner", inner), ("set", set), ("atomic", atomic), ("keyed", keyed), ("free", free));

    private static Gen<JsonNode> Keyed() =>
        from keys in Values()
        from items in Gen.CollectToArray(keys.Distinct().ToArray(), key =>
            from v in Maybe(s_small.Select(JsonNode (value) => value))
            from ports in Maybe(Ports())
            select Object(("k", key), ("v", v), ("ports", ports)))
        select (JsonNode)new JsonArray(items);

    private static Gen<JsonNode> Ports() =>
        from keys in Values()
        from items in Gen.CollectToArray(keys.Distinct().ToArray(), key =>
            from q in Maybe(Gen.Elements<JsonNode>("TCP", "UDP"))
            from w in Maybe(s_small.Select(JsonNode (value) => value))
            select Object(("p", key), ("q", q?.DeepClone()), ("w", w)))
        select (JsonNode)new JsonArray(items);

    private static Gen<JsonNode> Maps(params string[] names) =>
        Gen.CollectToArray(names, name => Maybe(s_small.Select(JsonNode (value) => value)).Select(value => (name, value))).Select(Object);

    /// <summary>Never empty: an empty list of the kinds that merge states nothing, so nobody owns it.</summary>
    private static Gen<int[]> Values() =>
        Gen.ArrayOf(s_small, 3).SelectMany(values => Gen.Choose(1, 3).Select(count => values.Take(count).ToArray()));

    private static JsonNode List(IEnumerable<int> values) => new JsonArray([.. values.Select(JsonNode (value) => value)]);

    private static JsonNode Object(params (string Name, JsonNode? Value)[] members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                result[name] = value;
            }
        }

        return result;
    }

    private static Gen<JsonNode?> Maybe(Gen<JsonNode> gen) => Gen.OneOf(Gen.Constant<JsonNode?>(null), gen.Select(JsonNode? (value) => value));

    private static void Check<T>(Gen<T> gen, Action<T> property) =>
        Prop.ForAll(gen.ToArbitrary(), value => property(value)).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
