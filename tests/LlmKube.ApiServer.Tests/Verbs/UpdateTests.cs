using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Verbs;

/// <summary>PUT and PATCH: conflicts, what cannot change, and what counts as a change.</summary>
public sealed class UpdateTests
{
    [Fact]
    public async Task A_put_of_an_old_version_is_a_conflict()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var old = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.PatchAsync($"{ConfigMaps}/a", Data("1"));

        var (code, status) = await api.PutAsync($"{ConfigMaps}/a", old);

        code.ShouldBe(HttpStatusCode.Conflict);
        status.Text("reason").ShouldBe("Conflict");
        status.Text("message").ShouldBe(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task A_put_of_the_current_version_replaces_the_object_but_not_what_the_server_owns()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a", data: ("k", "v")));
        var next = (JsonObject)created.DeepClone();
        next["data"] = new JsonObject { ["other"] = "w" };
        next["metadata"]!["creationTimestamp"] = "1999-01-01T00:00:00Z";

        var (code, updated) = await api.PutAsync($"{ConfigMaps}/a", next);

        code.ShouldBe(HttpStatusCode.OK);
        updated["data"]!.ToJsonString().ShouldBe("{\"other\":\"w\"}");
        updated.Text("metadata", "creationTimestamp").ShouldBe(created.Text("metadata", "creationTimestamp"));
        updated.Version().ShouldBeGreaterThan(created.Version());
    }

    [Fact]
    public async Task A_change_that_changes_nothing_makes_no_new_version()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var (_, first) = await api.PatchAsync($"{ConfigMaps}/a", Data("1"));

        var (_, again) = await api.PatchAsync($"{ConfigMaps}/a", Data("1"));

        again.Text("metadata", "resourceVersion").ShouldBe(first.Text("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task A_patch_with_an_old_version_is_a_conflict_and_one_with_the_current_is_not()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var patch = Data("1");
        patch["metadata"] = new JsonObject { ["resourceVersion"] = created.Text("metadata", "resourceVersion") };

        (await api.PatchAsync($"{ConfigMaps}/a", patch)).Code.ShouldBe(HttpStatusCode.OK);
        patch["data"] = new JsonObject { ["k"] = "2" };
        (await api.PatchAsync($"{ConfigMaps}/a", patch)).Code.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Concurrent_patches_of_different_fields_all_count()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            api.PatchAsync($"{ConfigMaps}/a", new JsonObject { ["data"] = new JsonObject { [$"k{i}"] = "v" } })));

        answers.ShouldAllBe(answer => answer.Code == HttpStatusCode.OK);
        (await api.GetAsync($"{ConfigMaps}/a")).Body["data"]!.AsObject().Count.ShouldBe(40);
    }

    [Theory]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/data/b","value":"2"}]""")]
    [InlineData("application/merge-patch+json", """{"data":{"b":"2"}}""")]
    [InlineData("application/strategic-merge-patch+json", """{"data":{"b":"2"}}""")]
    [InlineData("application/apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","data":{"b":"2"}}""")]
    public async Task All_four_patch_types_are_understood(string type, string patch)
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a", data: ("a", "1")));

        var (code, body) = await api.PatchAsync($"{ConfigMaps}/a?fieldManager=me", JsonNode.Parse(patch)!, type);

        code.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        body["data"]!.ToJsonString().ShouldBe("""{"a":"1","b":"2"}""");
    }

    [Fact]
    public async Task An_unknown_patch_type_is_415_and_says_which_are_known()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        var (code, status) = await api.PatchAsync($"{ConfigMaps}/a", Data("1"), "application/json");

        code.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        status.Text("message")!.ShouldContain("application/merge-patch+json");
    }

    [Fact]
    public async Task Apply_creates_updates_and_reports_conflicts_until_it_is_forced()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var mine = ConfigMap("a", data: ("k", "mine"));
        var theirs = ConfigMap("a", data: ("k", "theirs"));

        (await api.PatchAsync($"{ConfigMaps}/a?fieldManager=me", mine, ServerSideApply)).Code.ShouldBe(HttpStatusCode.Created);
        (await api.PatchAsync($"{ConfigMaps}/a?fieldManager=me", mine, ServerSideApply)).Code.ShouldBe(HttpStatusCode.OK);
        var (code, status) = await api.PatchAsync($"{ConfigMaps}/a?fieldManager=them", theirs, ServerSideApply);
        code.ShouldBe(HttpStatusCode.Conflict);
        status["details"]!["causes"]![0].Text("reason").ShouldBe("FieldManagerConflict");
        var (_, forced) = await api.PatchAsync($"{ConfigMaps}/a?fieldManager=them&force=true", theirs, ServerSideApply);
        forced.Text("data", "k").ShouldBe("theirs");
    }

    [Fact]
    public async Task Apply_needs_a_field_manager()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.PatchAsync($"{ConfigMaps}/a", ConfigMap("a"), ServerSideApply);

        code.ShouldBe(HttpStatusCode.BadRequest);
        status.Text("message")!.ShouldContain("fieldManager");
    }

    [Fact]
    public async Task The_name_in_the_body_must_be_the_one_in_the_path()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        (await api.PutAsync($"{ConfigMaps}/a", ConfigMap("b"))).Code.ShouldBe(HttpStatusCode.BadRequest);
        (await api.PatchAsync($"{ConfigMaps}/a", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "b" } })).Code.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_changed()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.PatchAsync($"{ConfigMaps}/none", Data("1"));

        code.ShouldBe(HttpStatusCode.NotFound);
        status.Text("message").ShouldBe("configmaps \"none\" not found");
    }

    private static JsonObject Data(string value) => new() { ["data"] = new JsonObject { ["k"] = value } };
}
