using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>The behaviours that Kubernetes documents for server-side apply.</summary>
public sealed class ServerSideApplyTests
{
    [Fact]
    public void An_applier_owns_what_it_applies()
    {
        var it = StoredObject.ConfigMap().Apply("kubectl", """{"metadata":{"labels":{"test-label":"test"}},"data":{"key":"some value"}}""");
        Json.Same(it["metadata"]!["managedFields"], """
            [{"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:key":{}},"f:metadata":{"f:labels":{"f:test-label":{}}}},
              "manager":"kubectl","operation":"Apply","time":"2026-01-02T03:01:00Z"}]
            """);
        Json.Same(it["data"], """{"key":"some value"}""");
    }

    [Fact]
    public void Another_value_for_an_owned_field_is_a_conflict()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""");
        var conflicts = it.Conflicts("two", """{"spec":{"replicas":2}}""");
        conflicts.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");
        var cause = conflicts.Causes.ShouldHaveSingleItem();
        cause.Reason.ShouldBe("FieldManagerConflict");
        cause.Field.ShouldBe(".spec.replicas");
        cause.Message.ShouldBe("conflict with \"one\"");
    }

    [Fact]
    public void A_conflict_with_an_updater_says_in_which_version_and_when()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""").Update("kubectl-edit", """{"spec":{"replicas":3}}""");
        it.Conflicts("one", """{"spec":{"replicas":1}}""").Message
            .ShouldBe("Apply failed with 1 conflict: conflict with \"kubectl-edit\" using apps/v1 at 2026-01-02T03:02:00Z: .spec.replicas");
    }

    [Fact]
    public void Several_conflicts_are_listed_by_manager()
    {
        var it = StoredObject.ConfigMap().Apply("b", """{"data":{"x":"1","y":"1"}}""").Apply("a", """{"data":{"z":"1"}}""");
        it.Conflicts("c", """{"data":{"x":"2","y":"2","z":"2"}}""").Message.ShouldBe("""
            Apply failed with 3 conflicts: conflicts with "a":
            - .data.z
            conflicts with "b":
            - .data.x
            - .data.y
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Force_takes_the_field_from_its_owner()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1,"paused":true}}""").Apply("two", """{"spec":{"replicas":2}}""", force: true);
        it["spec"]!["replicas"]!.GetValue<int>().ShouldBe(2);
        it.Owned("one").ShouldBe(".spec.paused");
        it.Owned("two").ShouldBe(".spec.replicas");
    }

    [Fact]
    public void Force_drops_an_owner_that_is_left_with_nothing()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""").Apply("two", """{"spec":{"replicas":2}}""", force: true);
        it.Entry("one").ShouldBeNull();
    }

    [Fact]
    public void Applying_the_same_value_shares_ownership()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""").Apply("two", """{"spec":{"replicas":1}}""");
        it.Owned("one").ShouldBe(".spec.replicas");
        it.Owned("two").ShouldBe(".spec.replicas");
    }

    [Fact]
    public void A_shared_field_conflicts_when_one_of_its_owners_changes_it()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""").Apply("two", """{"spec":{"replicas":1}}""");
        it.Conflicts("one", """{"spec":{"replicas":2}}""").Fields.ShouldHaveSingleItem().Manager.ShouldBe("two");
    }

    [Fact]
    public void What_is_no_longer_applied_is_removed()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1","b":"1"}}""").Apply("one", """{"data":{"a":"1"}}""");
        Json.Same(it["data"], """{"a":"1"}""");
        it.Owned("one").ShouldBe(".data.a");
    }

    [Fact]
    public void What_another_still_applies_is_kept()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1","b":"1"}}""").Apply("two", """{"data":{"b":"1"}}""").Apply("one", """{"data":{"a":"1"}}""");
        Json.Same(it["data"], """{"a":"1","b":"1"}""");
        it.Owned("one").ShouldBe(".data.a");
    }

    [Fact]
    public void What_an_updater_changed_is_kept_when_the_applier_lets_go()
    {
        // Handing replicas over to an autoscaler, as the documentation describes it.
        var it = StoredObject.Deployment().Apply("me", """{"spec":{"replicas":1,"paused":true}}""").Update("hpa", """{"spec":{"replicas":5}}""", "scale");
        it.Apply("me", """{"spec":{"paused":true}}""");
        it["spec"]!["replicas"]!.GetValue<int>().ShouldBe(5);
    }

    [Fact]
    public void A_parent_goes_with_the_last_owned_field_in_it_and_takes_its_defaults_along()
    {
        var it = StoredObject.Deployment().Apply("me", """{"spec":{"paused":true,"strategy":{"type":"RollingUpdate"}}}""");
        // The server's default, which nobody owns.
        it.Value!["spec"]!["strategy"]!["rollingUpdate"] = new JsonObject { ["maxSurge"] = "25%" };
        it.Apply("me", """{"spec":{"paused":true}}""");
        Json.Same(it["spec"], """{"paused":true}""");
    }

    [Fact]
    public void Applying_nothing_removes_what_was_applied()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"metadata":{"labels":{"l":"1"},"annotations":{"a":"b"}},"data":{"a":"1"}}""").Apply("one", "{}");
        Json.Same(it.Value, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it"}}""");
    }

    [Fact]
    public void Applying_twice_changes_not_a_byte()
    {
        const string body = """{"metadata":{"labels":{"l":"1"}},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"x","ports":[{"containerPort":80}]}]}}}}""";
        var it = StoredObject.Deployment().Apply("one", body);
        var before = it.Value!.ToJsonString();
        it.Apply("one", body);
        it.Changed.ShouldBeFalse();
        it.Value.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public void The_time_moves_when_the_values_or_the_set_do()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1"}}""");
        it.Apply("one", """{"data":{"a":"1"}}""").Entry("one")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:01:00Z");
        it.Apply("one", """{"data":{"a":"2"}}""").Entry("one")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:03:00Z");
        it.Apply("two", """{"data":{"a":"2"}}""");
        it.Entry("one")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:03:00Z");
        it.Entry("two")!["time"]!.GetValue<string>().ShouldBe("2026-01-02T03:04:00Z");
    }

    [Fact]
    public void An_applied_object_must_not_bring_managed_fields()
    {
        var it = StoredObject.ConfigMap();
        var exception = Should.Throw<PatchException>(() => it.TryApply("one", """{"metadata":{"managedFields":[{"manager":"x","operation":"Apply"}]}}"""));
        exception.Code.ShouldBe(400);
        exception.Message.ShouldBe("metadata.managedFields must be nil");
        it.Apply("one", """{"metadata":{"managedFields":[]},"data":{"a":"1"}}""").Owned("one").ShouldBe(".data.a");
    }

    [Fact]
    public void An_applied_object_must_be_of_the_requests_version()
    {
        var context = new ApplyContext { Manager = "one", ApiVersion = "apps/v1", Now = DateTimeOffset.UnixEpoch };
        var exception = Should.Throw<PatchException>(() => ServerSideApply.Apply(null, Json.Object("""{"apiVersion":"apps/v1beta1","kind":"Deployment"}"""), context));
        exception.Message.ShouldBe("Incorrect version specified in apply patch. Specified patch version: apps/v1beta1, expected: apps/v1");
    }

    [Fact]
    public void The_first_apply_of_an_untracked_object_leaves_its_fields_with_their_past()
    {
        var it = StoredObject.ConfigMap().Update("x", """{"data":{"a":"1","b":"1"}}""");
        it.Value!["metadata"]!.AsObject().Remove("managedFields");
        it.Conflicts("one", """{"data":{"a":"2"}}""").Fields.ShouldHaveSingleItem().Manager.ShouldBe("before-first-apply");
        it.Apply("one", """{"data":{"a":"2"}}""", force: true);
        it.Owned("before-first-apply", "Update").ShouldBe(".data .data.b");
    }

    [Fact]
    public void The_servers_own_metadata_is_neither_owned_nor_overwritten()
    {
        var it = StoredObject.ConfigMap().Apply("one", """{"data":{"a":"1"}}""");
        it.Value!["metadata"]!["uid"] = "u";
        it.Value["metadata"]!["creationTimestamp"] = "2026-01-02T03:01:00Z";
        it.Apply("one", """{"metadata":{"uid":"other","creationTimestamp":null,"resourceVersion":"7","generation":9},"data":{"a":"1"}}""");
        it.Changed.ShouldBeFalse();
        it["metadata"]!["uid"]!.GetValue<string>().ShouldBe("u");
        it.Owned("one").ShouldBe(".data.a");
    }

    [Fact]
    public void Status_is_written_and_owned_through_its_subresource_only()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1},"status":{"replicas":9}}""");
        it["status"].ShouldBeNull();
        it.Apply("two", """{"metadata":{"labels":{"ignored":"1"}},"spec":{"replicas":7},"status":{"replicas":1}}""", subresource: "status");
        Json.Same(it["spec"], """{"replicas":1}""");
        Json.Same(it["status"], """{"replicas":1}""");
        it["metadata"]!["labels"].ShouldBeNull();
        it.Owned("two").ShouldBe(".status.replicas");
        it.Entry("two")!["subresource"]!.GetValue<string>().ShouldBe("status");
        it.Apply("one", """{"spec":{"replicas":1}}""").Changed.ShouldBeFalse();
    }

    [Fact]
    public void One_manager_has_an_entry_for_each_subresource()
    {
        var it = StoredObject.Deployment().Apply("one", """{"spec":{"replicas":1}}""").Apply("one", """{"status":{"replicas":1}}""", subresource: "status");
        it.Entries.Count().ShouldBe(2);
        it.Apply("one", """{"spec":{"replicas":2}}""");
        Json.Same(it["status"], """{"replicas":1}""");
        it.Conflicts("two", """{"status":{"replicas":3}}""", subresource: "status").Message
            .ShouldBe("Apply failed with 1 conflict: conflict with \"one\" with subresource \"status\": .status.replicas");
    }

    [Fact]
    public void Without_a_status_subresource_status_is_a_field_as_any_other()
    {
        var it = new StoredObject("example.com/v1", "Thing", schema: null, statusIsSubresource: false).Apply("one", """{"status":{"a":1}}""");
        it.Owned("one").ShouldBe(".status .status.a");
        Json.Same(it["status"], """{"a":1}""");
    }
}
