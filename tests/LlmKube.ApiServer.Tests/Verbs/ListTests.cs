using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Verbs;

/// <summary>Lists: selection, pages of one moment, and forms.</summary>
public sealed class ListTests
{
    [Fact]
    public async Task Pages_show_the_moment_the_first_one_was_asked_for()
    {
        await using var api = await ApiServerFixture.StartAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await api.CreateAsync(ConfigMaps, ConfigMap(name));
        }

        var (_, first) = await api.GetAsync($"{ConfigMaps}?limit=2");
        Names(first).ShouldBe(["a", "b"]);
        first.Text("metadata", "remainingItemCount").ShouldBe("3");
        await api.DeleteAsync($"{ConfigMaps}/d");
        await api.CreateAsync(ConfigMaps, ConfigMap("bb"));

        var (_, second) = await api.GetAsync($"{ConfigMaps}?limit=2&continue={first.Text("metadata", "continue")}");
        var (_, third) = await api.GetAsync($"{ConfigMaps}?limit=2&continue={second.Text("metadata", "continue")}");

        Names(second).ShouldBe(["c", "d"]);
        Names(third).ShouldBe(["e"]);
        third["metadata"]!["continue"].ShouldBeNull();
        third.Text("metadata", "resourceVersion").ShouldBe(first.Text("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task An_expired_page_is_410_and_hands_out_a_token_that_goes_on_with_the_newest_state()
    {
        await using var api = await ApiServerFixture.StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await api.CreateAsync(ConfigMaps, ConfigMap(name));
        }

        var (_, first) = await api.GetAsync($"{ConfigMaps}?limit=1");
        api.Faults.ExpireHistory();
        await api.CreateAsync(ConfigMaps, ConfigMap("aa"));

        var (code, status) = await api.GetAsync($"{ConfigMaps}?limit=1&continue={first.Text("metadata", "continue")}");
        code.ShouldBe(HttpStatusCode.Gone);
        status.Text("reason").ShouldBe("Expired");
        var (_, rest) = await api.GetAsync($"{ConfigMaps}?continue={status.Text("metadata", "continue")}");
        Names(rest).ShouldBe(["aa", "b", "c"]);
    }

    [Theory]
    [InlineData("labelSelector=app%3Dweb", "a,c")]
    [InlineData("labelSelector=app", "a,b,c")]
    [InlineData("labelSelector=app%20notin%20(web)", "b,d")]
    [InlineData("fieldSelector=metadata.name%3Db", "b")]
    [InlineData("fieldSelector=metadata.name!%3Db", "a,c,d")]
    [InlineData("fieldSelector=metadata.namespace%3Ddefault&labelSelector=!app", "d")]
    public async Task Selectors_choose(string query, string names)
    {
        await using var api = await ApiServerFixture.StartAsync();
        foreach (var (name, app) in ((string, string?)[])[("a", "web"), ("b", "db"), ("c", "web"), ("d", null)])
        {
            var body = ConfigMap(name);
            if (app is not null)
            {
                body["metadata"]!["labels"] = new JsonObject { ["app"] = app };
            }

            await api.CreateAsync(ConfigMaps, body);
        }

        Names((await api.GetAsync($"{ConfigMaps}?{query}")).Body).ShouldBe(names.Split(','));
    }

    [Fact]
    public async Task Events_are_found_by_the_object_they_are_about()
    {
        await using var api = await ApiServerFixture.StartAsync();
        foreach (var name in (string[])["one", "two"])
        {
            await api.CreateAsync("/api/v1/namespaces/default/events", new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = $"{name}.1" },
                ["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = name, ["namespace"] = "default" },
                ["reason"] = "Began",
                ["type"] = "Normal",
            });
        }

        var (_, list) = await api.GetAsync("/api/v1/events?fieldSelector=involvedObject.kind%3DPod,involvedObject.name%3Dtwo,reason%3DBegan");

        Names(list).ShouldBe(["two.1"]);
    }

    [Theory]
    [InlineData("fieldSelector=spec.none%3Dx", "field label not supported: spec.none")]
    [InlineData("labelSelector=a%20b", "unable to parse requirement")]
    [InlineData("continue=nonsense", "continue key is not valid")]
    [InlineData("resourceVersion=x", "resourceVersion: Invalid value")]
    [InlineData("limit=x", "limit must be a number")]
    public async Task What_cannot_be_understood_is_a_bad_request(string query, string message)
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.GetAsync($"{ConfigMaps}?{query}");

        code.ShouldBe(HttpStatusCode.BadRequest);
        status.Text("message")!.ShouldContain(message);
    }

    [Fact]
    public async Task Objects_come_as_tables_or_as_metadata_when_asked_for()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a", data: ("k", "v")));

        var (_, table) = await api.GetAsync(ConfigMaps, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        var (_, metadata) = await api.GetAsync(ConfigMaps, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        var (_, one) = await api.GetAsync($"{ConfigMaps}/a", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");

        table.Text("kind").ShouldBe("Table");
        table["rows"]![0]!["cells"]![0]!.ToString().ShouldBe("a");
        metadata.Text("kind").ShouldBe("PartialObjectMetadataList");
        metadata["items"]![0].Text("metadata", "name").ShouldBe("a");
        metadata["items"]![0]!["data"].ShouldBeNull();
        one.Text("kind").ShouldBe("PartialObjectMetadata");
    }

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf,application/json", HttpStatusCode.OK)]
    [InlineData("*/*", HttpStatusCode.OK)]
    [InlineData("application/vnd.kubernetes.protobuf", HttpStatusCode.NotAcceptable)]
    [InlineData("text/html", HttpStatusCode.NotAcceptable)]
    public async Task Json_is_what_is_served(string accept, HttpStatusCode expected)
    {
        await using var api = await ApiServerFixture.StartAsync();

        (await api.GetAsync(ConfigMaps, accept)).Code.ShouldBe(expected);
    }

    [Fact]
    public async Task An_unknown_resource_is_not_found_as_a_status()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.GetAsync("/apis/example.com/v1/things");

        code.ShouldBe(HttpStatusCode.NotFound);
        status.Text("kind").ShouldBe("Status");
        status.Text("message").ShouldBe("the server could not find the requested resource");
    }

    private static IEnumerable<string?> Names(JsonObject list) => list["items"]!.AsArray().Select(item => item.Text("metadata", "name"));
}
