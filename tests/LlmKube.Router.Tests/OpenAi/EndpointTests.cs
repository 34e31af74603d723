using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Router.OpenAi;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.OpenAi;

/// <summary>The router's surface: every path that it answers, and what it says on every other.</summary>
public sealed class EndpointTests
{
    [Fact]
    public void The_table_of_endpoints_is_the_whole_surface() => RouterEndpoints.All.Select(e => $"{e.Method} {e.Path} {e.Kind}").ShouldBe(
    [
        "POST /v1/chat/completions Inference",
        "POST /v1/completions Inference",
        "POST /v1/embeddings Inference",
        "GET /v1/models ListModels",
        "GET /v1/models/{id} GetModel",
        "GET /healthz Health",
        "GET /readyz Readiness",
        "GET /metrics Metrics",
    ]);

    [Fact]
    public async Task Every_path_that_takes_a_request_for_a_model_goes_the_same_way()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await StartAsync(new RouterOptions(), Ready("default", "demo", engine.Endpoint));
        foreach (var endpoint in RouterEndpoints.All.Where(e => e.Method == "POST"))
        {
            (await router.SendAsync(endpoint.Path, Json("{}"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await router.SendAsync(endpoint.Path, Chat("other"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await router.SendAsync(endpoint.Path + "?x=1", Chat())).StatusCode.ShouldBe(HttpStatusCode.OK);
            engine.Received.Last().Path.ShouldBe(endpoint.Path + "?x=1");
        }

        engine.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Models_that_are_ready_are_listed_in_OpenAIs_shape()
    {
        var target = Ready("team", "b", new BackendEndpoint("127.0.0.1", 1)) with { Created = DateTimeOffset.FromUnixTimeSeconds(1700000000) };
        await using var router = await StartAsync(new RouterOptions(), target, NotReady("default", "a", "It is loading."));
        var list = await router.Client.GetStringAsync("/v1/models");
        list.ShouldBe("""{"object":"list","data":[{"id":"b","object":"model","created":1700000000,"owned_by":"team"}]}""");
    }

    [Theory]
    [InlineData("/v1/models/b", HttpStatusCode.OK, "b")]
    [InlineData("/v1/models/team/b", HttpStatusCode.OK, "b")]
    [InlineData("/v1/models/team%2Fb", HttpStatusCode.OK, "b")]
    [InlineData("/v1/models/a", HttpStatusCode.ServiceUnavailable, "model_not_ready")]
    [InlineData("/v1/models/x", HttpStatusCode.NotFound, "model_not_found")]
    public async Task One_model_is_shown_by_any_of_its_names(string path, HttpStatusCode status, string idOrCode)
    {
        await using var router = await StartAsync(
            new RouterOptions(), Ready("team", "b", new BackendEndpoint("127.0.0.1", 1)), NotReady("default", "a", "It is loading."));
        var response = await router.Client.GetAsync(path);
        response.StatusCode.ShouldBe(status);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        (json["id"] ?? json["error"]!["code"])!.GetValue<string>().ShouldBe(idOrCode);
    }

    [Fact]
    public async Task Before_the_first_table_the_router_lives_and_is_not_ready()
    {
        await using var router = await StartAsync(new RouterOptions(), new CurrentRoutes());
        (await router.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await router.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var refused = await router.ChatAsync();
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        router.Routes.Swap(new RouteTable([]));
        (await router.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_count_what_succeeded_and_what_failed()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await StartAsync(new RouterOptions(), Ready("default", "demo", engine.Endpoint), NotReady("default", "cold", "It is stopped."));
        await router.ChatAsync();
        await router.ChatAsync("cold");
        await router.ChatAsync("unknown");
        await router.SendAsync("/v1/embeddings", Json("{"));
        var text = await router.Client.GetStringAsync("/metrics");
        foreach (var line in (string[])
        [
            """llmkube_router_requests_total{backend="default/demo",outcome="ok",router="llmkube"} 1""",
            """llmkube_router_requests_total{backend="default/cold",outcome="not_ready",router="llmkube"} 1""",
            """llmkube_router_requests_total{backend="",outcome="no_route",router="llmkube"} 1""",
            """llmkube_router_requests_total{backend="",outcome="bad_request",router="llmkube"} 1""",
            """llmkube_router_request_duration_seconds_count{backend="default/demo",router="llmkube"} 1""",
            """llmkube_router_first_token_seconds_count{backend="default/demo",router="llmkube"} 1""",
            """llmkube_router_backend_health{backend="default/cold",router="llmkube"} 0""",
            """llmkube_router_active_requests{router="llmkube"} 0""",
        ])
        {
            text.ShouldContain("\n" + line + "\n");
        }
    }
}
