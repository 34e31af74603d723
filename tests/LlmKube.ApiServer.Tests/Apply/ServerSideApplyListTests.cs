using LlmKube.ApiServer.Apply;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>Server-side apply on lists: keyed, sets and atomic, nested, and in what order.</summary>
public sealed class ServerSideApplyListTests
{
    private const string ThingLists = """
        {"type":"object","properties":{
          "keyed":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
            "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"value":{"type":"string"},"other":{"type":"string"}}}},
          "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "numbers":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}},
          "atomic":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"string"}},
          "plain":{"type":"array","items":{"type":"string"}},
          "atomicMap":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
          "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
          "any":{"x-kubernetes-preserve-unknown-fields":true},
          "port":{"x-kubernetes-int-or-string":true}}}
        """;

    private static StoredObject Thing() => StoredObject.Custom(ThingLists);

    [Fact]
    public void Two_managers_each_own_their_containers_ports_and_variables()
    {
        var it = StoredObject.Pod()
            .Apply("one", """{"spec":{"containers":[{"name":"a","image":"x","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}}""")
            .Apply("two", """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"UDP"}],"env":[{"name":"B","value":"2"}]},{"name":"b","image":"y"}]}}""");
        Json.Same(it["spec"], """
            {"containers":[
              {"name":"a","image":"x","ports":[{"containerPort":80},{"containerPort":80,"protocol":"UDP"}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},
              {"name":"b","image":"y"}]}
            """);
        it.Apply("one", """{"spec":{"containers":[{"name":"a","image":"x"}]}}""");
        Json.Same(it["spec"], """
            {"containers":[
              {"name":"a","image":"x","ports":[{"containerPort":80,"protocol":"UDP"}],"env":[{"name":"B","value":"2"}]},
              {"name":"b","image":"y"}]}
            """);
        it.Owned("two").ShouldContain(""".spec.containers[name="a"].ports[containerPort=80,protocol="UDP"].containerPort""");
    }

    [Fact]
    public void A_missing_key_field_counts_with_its_default()
    {
        var it = StoredObject.Pod().Apply("one", """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"}]}]}}""");
        it.Conflicts("two", """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP","name":"http"}]}]}}""").Fields.ShouldHaveSingleItem().Path
            .ShouldBe(""".spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name""");
    }

    [Fact]
    public void An_item_stays_while_anyone_applies_it()
    {
        var it = Thing().Apply("one", """{"spec":{"keyed":[{"name":"a","value":"1"},{"name":"b"}]}}""").Apply("two", """{"spec":{"keyed":[{"name":"a","other":"2"}]}}""");
        it.Apply("one", """{"spec":{}}""");
        Json.Same(it["spec"], """{"keyed":[{"name":"a","other":"2"}]}""");
    }

    [Fact]
    public void An_item_that_only_the_applier_owned_goes_with_what_others_updated_in_it_unowned()
    {
        var it = Thing().Apply("one", """{"spec":{"keyed":[{"name":"a","value":"1"},{"name":"b"}]}}""");
        it.Apply("one", """{"spec":{"keyed":[{"name":"b"}]}}""");
        Json.Same(it["spec"], """{"keyed":[{"name":"b"}]}""");
        it.Owned("one").ShouldBe(""".spec.keyed[name="b"] .spec.keyed[name="b"].name""");
    }

    [Theory]
    [InlineData("a b c", "c a", "b c a")]
    [InlineData("a b c", "a c", "a b c")]
    [InlineData("a b c", "d", "a b c d")]
    [InlineData("a b c", "d a", "d a b c")]
    [InlineData("a b c d", "d b", "a c d b")]
    [InlineData("b a x", "a b c d", "a x b c d")]
    [InlineData("x a", "n a", "x n a")]
    public void Applied_items_keep_their_order_and_others_keep_their_place(string live, string applied, string expected)
    {
        static string List(string names) =>
            """{"spec":{"keyed":[""" + string.Join(',', names.Split(' ').Select(name => $$$"""{"name":"{{{name}}}"}""")) + "]}}";
        var it = Thing().Apply("one", List(live)).Apply("two", List(applied));
        string.Join(' ', it["spec"]!["keyed"]!.AsArray().Select(item => item!["name"]!.GetValue<string>())).ShouldBe(expected);
    }

    [Fact]
    public void A_sets_values_are_owned_one_by_one()
    {
        var it = Thing().Apply("one", """{"spec":{"set":["a","b"]}}""").Apply("two", """{"spec":{"set":["b","c"]}}""");
        Json.Same(it["spec"], """{"set":["a","b","c"]}""");
        it.Owned("two").ShouldBe(".spec.set[=\"b\"] .spec.set[=\"c\"]");
        it.Apply("one", """{"spec":{"set":[]}}""");
        Json.Same(it["spec"]!["set"], """["b","c"]""");
    }

    [Fact]
    public void Numbers_in_a_set_compare_by_value()
    {
        var it = Thing().Apply("one", """{"spec":{"numbers":[1,2]}}""").Apply("two", """{"spec":{"numbers":[2.0,3]}}""");
        Json.Same(it["spec"], """{"numbers":[1,2,3]}""");
    }

    [Fact]
    public void Finalizers_are_a_set_and_owner_references_are_keyed_by_uid()
    {
        var it = StoredObject.ConfigMap()
            .Apply("one", """{"metadata":{"finalizers":["a/x"],"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1"}]}}""")
            .Apply("two", """{"metadata":{"finalizers":["b/y"],"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"q","uid":"2"}]}}""");
        Json.Same(it["metadata"]!["finalizers"], """["a/x","b/y"]""");
        it["metadata"]!["ownerReferences"]!.AsArray().Count.ShouldBe(2);
        it.Owned("two").ShouldBe(".metadata.finalizers[=\"b/y\"] .metadata.ownerReferences[uid=\"2\"]");
    }

    [Theory]
    [InlineData("atomic", "[\"a\",\"b\"]", "[\"a\"]")]
    [InlineData("plain", "[\"a\",\"b\"]", "[\"a\"]")]
    [InlineData("atomicMap", "{\"a\":\"1\",\"b\":\"2\"}", "{\"a\":\"1\"}")]
    [InlineData("port", "80", "\"http\"")]
    public void What_is_atomic_is_owned_and_replaced_as_a_whole(string name, string first, string second)
    {
        var it = Thing().Apply("one", $$$"""{"spec":{"{{{name}}}":{{{first}}}}}""");
        it.Owned("one").ShouldBe($".spec.{name}");
        it.Conflicts("two", $$$"""{"spec":{"{{{name}}}":{{{second}}}}}""").Fields.ShouldHaveSingleItem().Path.ShouldBe($".spec.{name}");
        it.Apply("two", $$$"""{"spec":{"{{{name}}}":{{{second}}}}}""", force: true);
        Json.Same(it["spec"], $$$"""{"{{{name}}}":{{{second}}}}""");
        it.Owned("one").ShouldBe("");
    }

    [Fact]
    public void Unknown_fields_below_a_preserving_field_merge_by_their_shape()
    {
        var it = Thing().Apply("one", """{"spec":{"free":{"a":{"b":1},"list":[{"name":"x"}]}}}""").Apply("two", """{"spec":{"free":{"a":{"c":2}}}}""");
        Json.Same(it["spec"]!["free"], """{"a":{"b":1,"c":2},"list":[{"name":"x"}]}""");
        it.Owned("one").ShouldBe(".spec.free.a .spec.free.a.b .spec.free.list");
        it.Conflicts("two", """{"spec":{"free":{"list":[]}}}""").Fields.ShouldHaveSingleItem().Path.ShouldBe(".spec.free.list");
    }

    [Fact]
    public void A_field_may_change_between_text_and_object()
    {
        var it = Thing().Apply("one", """{"spec":{"any":"text"}}""").Apply("one", """{"spec":{"any":{"type":"local","path":"/x"}}}""");
        Json.Same(it["spec"], """{"any":{"type":"local","path":"/x"}}""");
        it.Owned("one").ShouldBe(".spec.any.path .spec.any.type");
        it.Conflicts("two", """{"spec":{"any":"text"}}""").Fields.Select(conflict => conflict.Path).ShouldBe([".spec.any.path", ".spec.any.type"]);
        it.Apply("one", """{"spec":{"any":"text"}}""");
        Json.Same(it["spec"], """{"any":"text"}""");
        it.Owned("one").ShouldBe(".spec.any");
        it.Conflicts("two", """{"spec":{"any":{"a":1}}}""").Fields.ShouldHaveSingleItem().Path.ShouldBe(".spec.any");
    }

    [Theory]
    [InlineData("""{"spec":{"typo":1}}""", ".spec.typo: field not declared in schema")]
    [InlineData("""{"spec":{"keyed":[{"value":"1"}]}}""", ".spec.keyed: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)")]
    [InlineData("""{"spec":{"keyed":[{"name":"a"},{"name":"a"}]}}""", ".spec.keyed: duplicate entries for key [name=\"a\"]")]
    [InlineData("""{"spec":{"set":["a","a"]}}""", ".spec.set: duplicate entries for key [=\"a\"]")]
    public void What_cannot_be_merged_is_a_bad_request_that_says_where(string body, string message)
    {
        var exception = Should.Throw<PatchException>(() => Thing().TryApply("one", body));
        exception.Code.ShouldBe(400);
        exception.Message.ShouldBe($"failed to create typed patch object (/it; example.com/v1, Kind=Thing): {message}");
    }

    [Fact]
    public void All_faults_are_said_at_once() =>
        Should.Throw<PatchException>(() => Thing().TryApply("one", """{"spec":{"typo":1,"set":["a","a"]}}""")).Message
            .ShouldEndWith("errors:\n  .spec.typo: field not declared in schema\n  .spec.set: duplicate entries for key [=\"a\"]");

    [Fact]
    public void Old_items_without_their_key_or_with_one_key_are_left_alone()
    {
        var it = Thing().Update("old", """{"spec":{"keyed":[{"value":"nameless"},{"name":"d","value":"1"},{"name":"d","value":"2"}]}}""");
        it.Apply("one", """{"spec":{"keyed":[{"name":"b"}]}}""");
        Json.Same(it["spec"]!["keyed"], """[{"value":"nameless"},{"name":"d","value":"1"},{"name":"d","value":"2"},{"name":"b"}]""");
    }

    [Fact]
    public void A_thousand_items_merge_in_linear_time()
    {
        static string List(int count, int shift, string value) => """{"spec":{"keyed":["""
            + string.Join(',', Enumerable.Range(0, count).Select(i => $$$"""{"name":"n{{{(i + shift) % count}}}","value":"{{{value}}}"}""")) + "]}}";
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var it = Thing();
        for (var round = 0; round < 5; round++)
        {
            it.Apply("one", List(5000, 2500 * (round % 2), round.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        it.Update("two", """{"spec":{"keyed":[]}}""");
        it["spec"]!["keyed"]!.AsArray().Count.ShouldBe(0);
        // Quadratic behaviour would take minutes; this takes well under a second on an idle machine.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_list_that_became_atomic_is_owned_as_a_whole_by_its_old_owners()
    {
        var set = FieldsV1.TryRead(Json.Node("""{"f:spec":{"f:list":{"v:\"a\"":{}},"f:x":{}}}"""))!;
        var schema = LlmKube.Kubernetes.Schemas.SchemaJson.Read(Json.Object(
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"x":{"type":"string"},"list":{"type":"array","items":{"type":"string"}}}}}}"""));
        Json.Same(FieldsV1.Write(FieldSetFitting.Fit(set, schema)), """{"f:spec":{"f:list":{},"f:x":{}}}""");
    }
}
