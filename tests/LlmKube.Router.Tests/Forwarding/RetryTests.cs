using System.Net;
using LlmKube.Kubernetes.Objects;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using LlmKube.TestKit;
using Microsoft.AspNetCore.Http;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>When another endpoint is asked, and when not.</summary>
public sealed class RetryTests
{
    private const string Loading = """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""";

    [Fact]
    public async Task A_refused_connection_goes_to_another_endpoint_and_then_keeps_away()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(RawEngine.NobodyThere(), engine.Endpoint);
        for (var i = 0; i < 10; i++)
        {
            (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        engine.Received.Count.ShouldBe(10);
        (await router.Client.GetStringAsync("/metrics")).ShouldContain("llmkube_router_retries_total{backend=\"default/demo\",router=\"llmkube\"} 1\n");
    }

    [Fact]
    public async Task A_connection_that_breaks_before_headers_is_tried_once_elsewhere()
    {
        await using var dying = RawEngine.Start((socket, _, _) =>
        {
            RawEngine.Reset(socket);
            return Task.CompletedTask;
        });
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(dying.Endpoint, engine.Endpoint);
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        dying.Requests.ShouldBe(1);
        engine.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_that_breaks_engines_reaches_only_two()
    {
        var dying = Enumerable.Range(0, 4).Select(_ => RawEngine.Start((socket, _, _) =>
        {
            RawEngine.Reset(socket);
            return Task.CompletedTask;
        })).ToArray();
        await using var router = await WithDemoAsync([.. dying.Select(d => d.Endpoint)]);
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var error = await ErrorOfAsync(response);
        error["code"]!.GetValue<string>().ShouldBe("backend_failed");
        error["message"]!.GetValue<string>().ShouldContain("llmkube logs demo");
        dying.Sum(d => d.Requests).ShouldBe(2);
        foreach (var engine in dying)
        {
            await engine.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_only_endpoint_is_asked_again_after_a_break()
    {
        await using var engine = RawEngine.Start(async (socket, number, _) =>
        {
            if (number == 1)
            {
                RawEngine.Reset(socket);
                return;
            }

            await RawEngine.SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        engine.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task An_engine_that_is_loading_is_passed_over()
    {
        await using var loading = await FakeEngine.AnsweringAsync(Loading, 503);
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(loading.Endpoint, engine.Endpoint);
        for (var i = 0; i < 4; i++)
        {
            (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task With_every_engine_loading_the_answer_is_503_with_when_to_retry()
    {
        await using var loading = await FakeEngine.AnsweringAsync(Loading, 503);
        await using var router = await WithDemoAsync(loading.Endpoint);
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        (await ErrorOfAsync(response))["code"]!.GetValue<string>().ShouldBe("model_loading");
    }

    [Fact]
    public async Task Any_other_503_is_the_engines_answer()
    {
        await using var busy = await FakeEngine.AnsweringAsync("busy", 503);
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(busy.Endpoint, engine.Endpoint);
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.Content.ReadAsStringAsync()).ShouldBe("busy");
        engine.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_restarted_engine_is_found_again()
    {
        await using var first = await FakeEngine.AnsweringAsync("{}");
        var gone = RawEngine.NobodyThere();
        await using var router = await WithDemoAsync(gone);
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        router.Routes.Swap(new RouteTable([Ready("default", "demo", gone, first.Endpoint)]));
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_engines_own_model_name_replaces_the_requests_and_nothing_else()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        var target = new ModelTarget(new ObjectKey("team", "chat"), "chat", new TargetState.Ready([engine.Endpoint])) { ServedName = "base" };
        await using var router = await StartAsync(new RouterOptions(), target);
        await router.SendAsync("/v1/completions", Json("{ \"model\" : \"team/chat\",\"n\":1.0}"));
        System.Text.Encoding.UTF8.GetString(engine.Received.Single().Body).ShouldBe("{ \"model\" : \"base\",\"n\":1.0}");
    }

    [Fact]
    public async Task Requests_in_progress_spread_over_the_endpoints()
    {
        var release = new TaskCompletionSource();
        Task HoldAsync(HttpContext context) => release.Task;
        await using var a = await FakeEngine.StartAsync(HoldAsync);
        await using var b = await FakeEngine.StartAsync(HoldAsync);
        await using var router = await WithDemoAsync(a.Endpoint, b.Endpoint);
        var all = Enumerable.Range(0, 8).Select(_ => router.ChatAsync()).ToArray();
        await Eventually.HoldsAsync(() => a.Received.Count + b.Received.Count == 8);
        a.Received.Count.ShouldBe(4);
        release.SetResult();
        await Task.WhenAll(all).WithinDeadlineAsync();
        router.Server.Balancer.OutstandingAt(a.Endpoint).ShouldBe(0);
    }
}
