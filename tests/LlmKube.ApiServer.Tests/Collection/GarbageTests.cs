using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Collection;

/// <summary>Owner references: who goes with whom, before or after, and who stays.</summary>
public sealed class GarbageTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Background")]
    public async Task Dependents_go_after_their_owner_through_generations(string? policy)
    {
        await using var api = await ApiServerFixture.StartAsync();
        var owner = await api.CreateAsync(ConfigMaps, ConfigMap("owner"));
        var child = await api.CreateAsync(ConfigMaps, Owned("child", false, owner));
        await api.CreateAsync(ConfigMaps, Owned("grandchild", false, child));

        await api.DeleteAsync($"{ConfigMaps}/owner", Options(policy));

        (await api.GetAsync($"{ConfigMaps}/owner")).Code.ShouldBe(HttpStatusCode.NotFound);
        await api.GoneAsync($"{ConfigMaps}/child");
        await api.GoneAsync($"{ConfigMaps}/grandchild");
    }

    [Fact]
    public async Task In_the_foreground_the_owner_waits_for_dependents_that_block_it()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var owner = await api.CreateAsync(ConfigMaps, ConfigMap("owner"));
        var child = Owned("child", true, owner);
        child["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await api.CreateAsync(ConfigMaps, child);

        var (_, waiting) = await api.DeleteAsync($"{ConfigMaps}/owner", Options("Foreground"));
        waiting["metadata"]!["finalizers"]!.ToJsonString().ShouldBe("[\"foregroundDeletion\"]");
        await api.EventuallyAsync($"{ConfigMaps}/child", (_, body) => body.Text("metadata", "deletionTimestamp") is not null);
        (await api.GetAsync($"{ConfigMaps}/owner")).Code.ShouldBe(HttpStatusCode.OK);

        await api.PatchAsync($"{ConfigMaps}/child", JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!);
        await api.GoneAsync($"{ConfigMaps}/owner");
    }

    [Fact]
    public async Task In_the_foreground_dependents_that_do_not_block_go_too_but_are_not_waited_for()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var owner = await api.CreateAsync(ConfigMaps, ConfigMap("owner"));
        var child = Owned("child", false, owner);
        child["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await api.CreateAsync(ConfigMaps, child);

        await api.DeleteAsync($"{ConfigMaps}/owner", Options("Foreground"));

        await api.GoneAsync($"{ConfigMaps}/owner");
        await api.EventuallyAsync($"{ConfigMaps}/child", (_, body) => body.Text("metadata", "deletionTimestamp") is not null);
    }

    [Fact]
    public async Task Orphans_stay_and_lose_the_reference()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var owner = await api.CreateAsync(ConfigMaps, ConfigMap("owner"));
        await api.CreateAsync(ConfigMaps, Owned("child", false, owner));

        await api.DeleteAsync($"{ConfigMaps}/owner", Options("Orphan"));

        await api.GoneAsync($"{ConfigMaps}/owner");
        var child = await api.EventuallyAsync($"{ConfigMaps}/child", (_, body) => body["metadata"]!["ownerReferences"] is null);
        child.Text("metadata", "deletionTimestamp").ShouldBeNull();
    }

    [Fact]
    public async Task A_dependent_with_one_owner_left_stays_and_loses_the_dangling_reference()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var one = await api.CreateAsync(ConfigMaps, ConfigMap("one"));
        var two = await api.CreateAsync(ConfigMaps, ConfigMap("two"));
        await api.CreateAsync(ConfigMaps, Owned("child", false, one, two));

        await api.DeleteAsync($"{ConfigMaps}/one");

        var child = await api.EventuallyAsync($"{ConfigMaps}/child", (_, body) => body["metadata"]!["ownerReferences"]!.AsArray().Count == 1);
        child["metadata"]!["ownerReferences"]![0].Text("name").ShouldBe("two");
        await api.DeleteAsync($"{ConfigMaps}/two");
        await api.GoneAsync($"{ConfigMaps}/child");
    }

    [Fact]
    public async Task An_object_whose_owner_never_was_or_is_another_one_of_the_name_is_collected()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var real = await api.CreateAsync(ConfigMaps, ConfigMap("real"));
        var impostor = (JsonObject)real.DeepClone();
        impostor["metadata"]!["uid"] = "00000000-0000-0000-0000-000000000000";

        await api.CreateAsync(ConfigMaps, Owned("wrong-uid", false, impostor));

        await api.GoneAsync($"{ConfigMaps}/wrong-uid");
    }

    [Fact]
    public async Task An_owner_of_an_unknown_kind_is_taken_to_exist()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var body = ConfigMap("child");
        body["metadata"]!["ownerReferences"] = JsonNode.Parse("""[{"apiVersion":"elsewhere.io/v1","kind":"Far","name":"away","uid":"1-2"}]""");
        await api.CreateAsync(ConfigMaps, body);
        var marker = await api.CreateAsync(ConfigMaps, ConfigMap("marker"));
        await api.CreateAsync(ConfigMaps, Owned("later", false, marker));
        await api.DeleteAsync($"{ConfigMaps}/marker");
        await api.GoneAsync($"{ConfigMaps}/later");

        (await api.GetAsync($"{ConfigMaps}/child")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cluster_wide_owner_takes_its_dependents_in_namespaces_with_it()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var node = await api.CreateAsync("/api/v1/nodes", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = "n" } });
        await api.CreateAsync(ConfigMaps, Owned("child", false, node));

        await api.DeleteAsync("/api/v1/nodes/n");

        await api.GoneAsync($"{ConfigMaps}/child");
    }

    [Fact]
    public async Task What_a_stop_interrupted_is_finished_after_the_next_start()
    {
        var data = Directory.CreateTempSubdirectory("llmkube-gc-").FullName;
        var options = new EmbeddedApiServerOptions { DataDirectory = data };
        await using (var api = await ApiServerFixture.StartAsync(options))
        {
            var owner = await api.CreateAsync(ConfigMaps, ConfigMap("owner"));
            foreach (var i in Enumerable.Range(0, 20))
            {
                await api.CreateAsync(ConfigMaps, Owned($"child-{i}", false, owner));
            }

            await api.DeleteAsync($"{ConfigMaps}/owner");
        }

        await using (var api = await ApiServerFixture.StartAsync(options))
        {
            await api.EventuallyAsync(ConfigMaps, (_, list) => list["items"]!.AsArray().Count == 0);
        }

        Directory.Delete(data, recursive: true);
    }

    private static JsonObject Owned(string name, bool blocks, params JsonObject[] owners)
    {
        var body = ConfigMap(name);
        body["metadata"]!["ownerReferences"] = new JsonArray([.. owners.Select(owner => new JsonObject
        {
            ["apiVersion"] = owner.Text("apiVersion"),
            ["kind"] = owner.Text("kind"),
            ["name"] = owner.Text("metadata", "name"),
            ["uid"] = owner.Text("metadata", "uid"),
            ["blockOwnerDeletion"] = blocks,
        })]);
        return body;
    }

    private static JsonObject? Options(string? policy) =>
        policy is null ? null : new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["propagationPolicy"] = policy };
}
