using System.Net;
using LlmKube.Kubernetes.Objects;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>A service that is tried beside another: what it is asked, and what becomes of its failures.</summary>
public sealed class CanaryTests
{
    private static readonly ObjectKey s_tried = new("default", "demo-canary");

    [Theory]
    [InlineData(10, 10)]
    [InlineData(33, 33)]
    [InlineData(100, 100)]
    [InlineData(0, 0)]
    public async Task It_takes_its_part_of_the_requests_evenly(int weight, int expected)
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var tried = await FakeEngine.AnsweringAsync("{}");
        await using var router = await TryingAsync(engine.Endpoint, tried.Endpoint, weight);

        for (var i = 0; i < 100; i++)
        {
            (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        tried.Received.Count.ShouldBe(expected);
        engine.Received.Count.ShouldBe(100 - expected);
        router.Server.Canaries.Counts().Where(count => count.Requests > 0).ShouldBe(expected == 0 ? [] : [new CanaryCount(s_tried, expected, 0)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_error_of_it_is_answered_by_the_other(bool stream)
    {
        await using var engine = await FakeEngine.AnsweringAsync("{\"from\":\"served\"}");
        await using var tried = await FakeEngine.StartAsync(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            context.Response.ContentType = stream ? "text/event-stream" : "application/json";
            await context.Response.WriteAsync("{\"from\":\"tried\"}");
        });
        await using var router = await TryingAsync(engine.Endpoint, tried.Endpoint, weight: 100);

        var answer = await router.ChatAsync(stream: stream);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("{\"from\":\"served\"}");
        router.Server.Canaries.Counts().ShouldBe([new CanaryCount(s_tried, 1, 1)]);
    }

    [Fact]
    public async Task One_that_is_not_there_is_answered_for_and_counts_as_failed()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await TryingAsync(engine.Endpoint, RawEngine.NobodyThere(), weight: 100);

        for (var i = 0; i < 3; i++)
        {
            (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        router.Server.Canaries.Counts().ShouldBe([new CanaryCount(s_tried, 3, 3)]);
    }

    [Fact]
    public async Task A_bad_request_is_no_failure_of_it()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var tried = await FakeEngine.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
        await using var router = await TryingAsync(engine.Endpoint, tried.Endpoint, weight: 100);

        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        router.Server.Canaries.Counts().ShouldBe([new CanaryCount(s_tried, 1, 0)]);
    }

    [Fact]
    public async Task What_is_counted_outlives_a_moment_in_which_it_cannot_answer_and_is_forgotten_with_it()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var tried = await FakeEngine.AnsweringAsync("{}");
        await using var router = await TryingAsync(engine.Endpoint, tried.Endpoint, weight: 100);
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        router.Server.Canaries.Forget(new RouteTable([]) { Tried = [s_tried] });
        router.Server.Canaries.Counts().ShouldBe([new CanaryCount(s_tried, 1, 0)]);
        router.Server.Canaries.Forget(new RouteTable([]));
        router.Server.Canaries.Counts().ShouldBeEmpty();
    }

    private static Task<RouterUnderTest> TryingAsync(BackendEndpoint served, BackendEndpoint tried, int weight) =>
        StartAsync(new RouterOptions(), Ready("default", "demo", served) with { Canary = new Canary(Ready(s_tried.Namespace, s_tried.Name, tried), [tried], weight) });
}
