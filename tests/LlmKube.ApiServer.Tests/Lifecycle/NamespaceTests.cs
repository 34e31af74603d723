using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Lifecycle;

/// <summary>Namespaces: those that are always there, and how one goes with all that is in it.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public async Task The_system_namespaces_are_there_from_the_start()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (_, list) = await api.GetAsync("/api/v1/namespaces");

        list["items"]!.AsArray().Select(item => item.Text("metadata", "name")).ShouldBe(["default", "kube-node-lease", "kube-public", "kube-system"]);
        list["items"]!.AsArray().ShouldAllBe(item => item.Text("status", "phase") == "Active");
    }

    [Fact]
    public async Task A_deleted_namespace_takes_its_content_with_it_and_waits_for_what_is_held()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync("/api/v1/namespaces", Namespace("x"));
        var inside = "/api/v1/namespaces/x/configmaps";
        await api.CreateAsync(inside, ConfigMap("free", "x"));
        var held = ConfigMap("held", "x");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await api.CreateAsync(inside, held);

        var (_, deleting) = await api.DeleteAsync("/api/v1/namespaces/x");
        deleting.Text("status", "phase").ShouldBe("Terminating");
        await api.GoneAsync($"{inside}/free");
        var (code, status) = await api.PostAsync(inside, ConfigMap("late", "x"));
        code.ShouldBe(HttpStatusCode.Forbidden);
        status.Text("message")!.ShouldContain("because it is being terminated");
        status["details"]!["causes"]![0].Text("reason").ShouldBe("NamespaceTerminating");

        await api.PatchAsync($"{inside}/held", JsonNode.Parse("""{"metadata":{"finalizers":[]}}""")!);
        await api.GoneAsync("/api/v1/namespaces/x");
    }

    [Fact]
    public async Task Creations_that_race_with_the_deletion_leave_nothing_behind()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync("/api/v1/namespaces", Namespace("x"));
        var creations = Enumerable.Range(0, 40).Select(i => api.PostAsync("/api/v1/namespaces/x/configmaps", ConfigMap($"cm-{i}", "x"))).ToList();
        await api.DeleteAsync("/api/v1/namespaces/x");
        await Task.WhenAll(creations);

        await api.GoneAsync("/api/v1/namespaces/x");

        (await api.GetAsync("/api/v1/configmaps")).Body["items"]!.AsArray().ShouldBeEmpty();
    }

    private static JsonObject Namespace(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = new JsonObject { ["name"] = name },
    };
}
