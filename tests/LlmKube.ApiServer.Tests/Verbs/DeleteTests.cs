using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Verbs;

/// <summary>Deletion: at once, held back by finalizers, under preconditions, and by selection.</summary>
public sealed class DeleteTests
{
    [Fact]
    public async Task A_free_object_is_gone_at_once()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        var (code, status) = await api.DeleteAsync($"{ConfigMaps}/a");

        code.ShouldBe(HttpStatusCode.OK);
        status.Text("status").ShouldBe("Success");
        status.Text("details", "uid").ShouldBe(created.Text("metadata", "uid"));
        (await api.GetAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_finalizer_holds_an_object_back_until_it_is_taken_away()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var body = ConfigMap("a");
        body["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await api.CreateAsync(ConfigMaps, body);

        var (_, waiting) = await api.DeleteAsync($"{ConfigMaps}/a");
        waiting.Text("metadata", "deletionTimestamp").ShouldNotBeNull();
        var (_, again) = await api.DeleteAsync($"{ConfigMaps}/a");
        again.Text("metadata", "resourceVersion").ShouldBe(waiting.Text("metadata", "resourceVersion"));

        var (code, added) = await api.PatchAsync($"{ConfigMaps}/a", Finalizers("example.com/hold", "example.com/more"));
        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        added.Text("message")!.ShouldContain("no new finalizers can be added if the object is being deleted");

        (await api.PatchAsync($"{ConfigMaps}/a", new JsonObject { ["data"] = new JsonObject { ["k"] = "v" } })).Code.ShouldBe(HttpStatusCode.OK);
        (await api.PatchAsync($"{ConfigMaps}/a", Finalizers())).Code.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Preconditions_protect_the_object_that_is_not_meant()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        (await api.DeleteAsync($"{ConfigMaps}/a", Preconditions("uid", "other"))).Code.ShouldBe(HttpStatusCode.Conflict);
        (await api.DeleteAsync($"{ConfigMaps}/a", Preconditions("resourceVersion", "1"))).Code.ShouldBe(HttpStatusCode.Conflict);
        (await api.DeleteAsync($"{ConfigMaps}/a", Preconditions("uid", created.Text("metadata", "uid")!))).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_dry_run_deletes_nothing()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        (await api.DeleteAsync($"{ConfigMaps}/a", new JsonObject { ["dryRun"] = new JsonArray("All") })).Code.ShouldBe(HttpStatusCode.OK);
        (await api.DeleteAsync($"{ConfigMaps}/a?dryRun=All")).Code.ShouldBe(HttpStatusCode.OK);

        (await api.GetAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_collection_is_deleted_as_far_as_the_selector_goes()
    {
        await using var api = await ApiServerFixture.StartAsync();
        foreach (var name in (string[])["a", "b", "keep"])
        {
            var body = ConfigMap(name);
            body["metadata"]!["labels"] = new JsonObject { ["temp"] = name == "keep" ? "no" : "yes" };
            await api.CreateAsync(ConfigMaps, body);
        }

        var (code, deleted) = await api.DeleteAsync($"{ConfigMaps}?labelSelector=temp%3Dyes");

        code.ShouldBe(HttpStatusCode.OK);
        deleted["items"]!.AsArray().Count.ShouldBe(2);
        (await api.GetAsync(ConfigMaps)).Body["items"]!.AsArray().ShouldHaveSingleItem().Text("metadata", "name").ShouldBe("keep");
    }

    private static JsonObject Finalizers(params string[] finalizers) =>
        new() { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode?)finalizer)]) } };

    private static JsonObject Preconditions(string field, string value) =>
        new() { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["preconditions"] = new JsonObject { [field] = value } };
}
