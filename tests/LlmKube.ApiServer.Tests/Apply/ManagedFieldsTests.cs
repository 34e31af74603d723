using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>What create, update and the patches that are no apply do to ownership.</summary>
public sealed class ManagedFieldsTests
{
    [Fact]
    public void A_creator_owns_all_that_it_set_and_none_of_the_servers_metadata()
    {
        var it = StoredObject.ConfigMap().Put("kubectl-create", Json.Object(
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it","namespace":"n","uid":"u","resourceVersion":"1","generation":1,"creationTimestamp":"t","labels":{"a":"1"}},"data":{"k":"v"}}"""));
        Json.Same(it["metadata"]!["managedFields"], """
            [{"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}},
              "manager":"kubectl-create","operation":"Update","time":"2026-01-02T03:01:00Z"}]
            """);
    }

    [Fact]
    public void An_updater_takes_what_it_changes_and_nothing_else()
    {
        var it = StoredObject.ConfigMap().Update("one", """{"data":{"a":"1","b":"1"}}""").Update("two", """{"data":{"b":"2","c":"2"}}""");
        it.Owned("one", "Update").ShouldBe(".data .data.a");
        it.Owned("two", "Update").ShouldBe(".data.b .data.c");
        it.Entry("one", "Update")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:01:00Z");
    }

    [Fact]
    public void An_updater_takes_from_appliers_too()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1"}}""").Update("two", """{"data":{"a":"2"}}""");
        it.Entry("one").ShouldBeNull();
        it.Owned("two", "Update").ShouldBe(".data.a");
    }

    [Fact]
    public void What_is_removed_is_owned_by_nobody()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1","b":"1"}}""").Apply("two", """{"data":{"a":"1"}}""").Update("three", """{"data":{"a":null}}""");
        it.Owned("one").ShouldBe(".data.b");
        it.Entry("two").ShouldBeNull();
        it.Entry("three", "Update").ShouldBeNull();
    }

    [Fact]
    public void An_update_that_changes_nothing_leaves_the_object_as_it_is()
    {
        var it = StoredObject.ConfigMap().Update("one", """{"data":{"a":"1"}}""");
        var before = it.Value!.ToJsonString();
        it.Update("two", "{}").Value!.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public void Leaving_managed_fields_out_does_not_clear_them()
    {
        var it = StoredObject.ConfigMap().Update("one", """{"data":{"a":"1"}}""");
        it.Put("two", Json.Object("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it"},"data":{"a":"1","b":"2"}}"""));
        it.Owned("one", "Update").ShouldBe(".data .data.a");
        it.Owned("two", "Update").ShouldBe(".data.b");
        it.Update("two", """{"metadata":{"managedFields":[]}}""").Owned("one", "Update").ShouldBe(".data .data.a");
        it.Update("two", """{"metadata":{"managedFields":null}}""").Owned("one", "Update").ShouldBe(".data .data.a");
    }

    [Fact]
    public void One_empty_entry_resets_ownership_until_the_next_apply()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1"}}""").Update("two", """{"metadata":{"managedFields":[{}]}}""");
        it["metadata"]!.AsObject().ContainsKey("managedFields").ShouldBeFalse();
        it.Update("two", """{"data":{"a":"2"}}""").Entries.ShouldBeEmpty();
        it.Apply("one", """{"data":{"b":"1"}}""");
        it.Owned("one").ShouldBe(".data.b");
        it.Owned("before-first-apply", "Update").ShouldBe(".data .data.a");
    }

    [Fact]
    public void A_client_may_rewrite_ownership()
    {
        // This is how kubectl turns what its client-side apply owned into an applier's entry.
        var it = StoredObject.ConfigMap().Update("kubectl-client-side-apply", """{"data":{"a":"1"}}""");
        var entries = (JsonArray)it["metadata"]!["managedFields"]!.DeepClone();
        entries[0]!["manager"] = "kubectl";
        entries[0]!["operation"] = "Apply";
        it.Put("kubectl", MergePatch.Apply(it.Value!, new JsonObject { ["metadata"] = new JsonObject { ["managedFields"] = entries } }));
        it.Owned("kubectl").ShouldBe(".data .data.a");
        it.Entry("kubectl-client-side-apply", "Update").ShouldBeNull();
    }

    [Theory]
    [InlineData("""[{"manager":"x","operation":"Steal","fieldsV1":{}}]""")]
    [InlineData("""[{"manager":"x","operation":"Update","fieldsV1":{"data":{}}}]""")]
    [InlineData("""[{"manager":"x","operation":"Update","fieldsV1":{"k:nonsense":{}}}]""")]
    [InlineData("""[{"manager":"x","operation":"Update","fieldsV1":[]}]""")]
    [InlineData("""["text"]""")]
    [InlineData("\"text\"")]
    public void Malformed_managed_fields_from_a_client_are_ignored(string managedFields)
    {
        var it = StoredObject.ConfigMap().Update("one", """{"data":{"a":"1"}}""");
        it.Update("two", $$$"""{"metadata":{"managedFields":{{{managedFields}}}}}""");
        it.Owned("one", "Update").ShouldBe(".data .data.a");
        it.Entries.Count().ShouldBe(1);
    }

    [Fact]
    public void A_status_update_owns_status_and_an_update_of_the_object_does_not()
    {
        var it = StoredObject.Deployment().Update("one", """{"spec":{"replicas":1},"status":{"replicas":9}}""");
        it.Owned("one", "Update").ShouldNotContain("status");
        it.Update("ctl", """{"metadata":{"labels":{"a":"1"}},"status":{"replicas":1,"conditions":[{"type":"Available","status":"True"}]}}""", "status");
        it.Owned("ctl", "Update").ShouldBe(
            """.status.conditions .status.conditions[type="Available"] .status.conditions[type="Available"].status .status.conditions[type="Available"].type .status.replicas""");
        it.Entry("ctl", "Update")!["subresource"]!.GetValue<string>().ShouldBe("status");
    }

    [Fact]
    public void An_eleventh_updater_makes_the_two_oldest_one()
    {
        var it = StoredObject.ConfigMap();
        for (var i = 1; i <= 14; i++)
        {
            it.Update($"m{i:00}", $$$"""{"data":{"k{{{i:00}}}":"1"}}""");
        }

        it.Entries.Count().ShouldBe(10);
        it.Owned("ancient-changes", "Update").ShouldBe(".data .data.k01 .data.k02 .data.k03 .data.k04 .data.k05");
        it.Entry("ancient-changes", "Update")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:05:00Z");
        it.Entry("m06", "Update").ShouldNotBeNull();
    }

    [Fact]
    public void Appliers_are_never_summed_up()
    {
        var it = StoredObject.ConfigMap();
        for (var i = 1; i <= 14; i++)
        {
            it.Apply($"m{i:00}", $$$"""{"data":{"k{{{i:00}}}":"1"}}""");
        }

        it.Entries.Count().ShouldBe(14);
    }

    [Fact]
    public void Entries_are_listed_appliers_first_then_by_time()
    {
        var it = StoredObject.ConfigMap().Update("z", """{"data":{"1":"1"}}""").Update("a", """{"data":{"2":"1"}}""").Apply("m", """{"data":{"3":"1"}}""");
        it.Entries.Select(entry => entry["manager"]!.GetValue<string>()).ShouldBe(["m", "z", "a"]);
    }

    [Fact]
    public void Kubectls_server_side_apply_does_not_conflict_with_its_client_side_apply()
    {
        const string lastApplied = """{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"it\"},\"data\":{\"a\":\"1\"}}""";
        var it = StoredObject.ConfigMap().Update("kubectl-client-side-apply",
            $$$"""{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{{{lastApplied}}}"}},"data":{"a":"1"}}""");
        it.Conflicts("other", """{"data":{"a":"2"}}""").Fields.ShouldHaveSingleItem().Manager.ShouldBe("kubectl-client-side-apply");

        it.Apply("kubectl", """{"data":{"a":"2"}}""");
        Json.Same(it["data"], """{"a":"2"}""");
        it.Owned("kubectl").ShouldBe(".data.a");
        // The annotation follows, so that going back to client-side apply finds what was applied last.
        var annotation = it["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!.GetValue<string>();
        Json.Same(JsonNode.Parse(annotation)!["data"], """{"a":"2"}""");
        it.Apply("kubectl", """{"data":{"a":"2"}}""").Changed.ShouldBeFalse();
    }

    [Fact]
    public void What_a_third_party_owns_conflicts_with_kubectl_all_the_same()
    {
        const string lastApplied = """{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":\"1\"}}""";
        var it = StoredObject.ConfigMap().Update("kubectl-client-side-apply",
            $$$"""{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{{{lastApplied}}}"}},"data":{"a":"1"}}""");
        it.Update("editor", """{"data":{"b":"1"}}""");
        it.Conflicts("kubectl", """{"data":{"a":"2","b":"2"}}""").Fields.ShouldHaveSingleItem().Path.ShouldBe(".data.b");
    }
}
