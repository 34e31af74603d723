using System.Net;
using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>Two clocks, to the first byte and between pieces, and none over the whole.</summary>
public sealed class ClockTests
{
    private static readonly RouterOptions s_quick = new() { FirstByteTimeout = TimeSpan.FromMilliseconds(400), IdleTimeout = TimeSpan.FromMilliseconds(400) };

    [Fact]
    public async Task An_engine_that_says_nothing_is_504()
    {
        await using var engine = RawEngine.Start((_, _, stopping) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping));
        await using var router = await StartAsync(s_quick, Ready("default", "demo", engine.Endpoint));
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        var error = await ErrorOfAsync(response);
        error["message"]!.GetValue<string>().ShouldContain("sent nothing for 0.4 s");
        engine.Requests.ShouldBeLessThanOrEqualTo(1, "a slow engine is not asked twice");
    }

    [Fact]
    public async Task The_first_clock_runs_until_the_first_byte_and_not_only_until_the_headers()
    {
        await using var engine = await FakeEngine.StreamingAsync(
            ["data: 1\n\n"], (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var router = await StartAsync(s_quick with { IdleTimeout = TimeSpan.FromMinutes(1) }, Ready("default", "demo", engine.Endpoint));
        using var response = await router.ChatAsync(stream: true);
        (await response.Content.ReadAsStringAsync().WithinDeadlineAsync()).ShouldContain("stream_interrupted");
        (await router.Client.GetStringAsync("/metrics")).ShouldContain("outcome=\"timeout\"");
    }

    [Fact]
    public async Task A_stream_that_stands_still_ends_with_an_error_event()
    {
        await using var engine = await FakeEngine.StreamingAsync(
            ["data: 1\n\n", "data: 2\n\n"],
            (i, context) => i == 0 ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var router = await StartAsync(s_quick with { FirstByteTimeout = TimeSpan.FromMinutes(1) }, Ready("default", "demo", engine.Endpoint));
        using var response = await router.ChatAsync(stream: true);
        var text = await response.Content.ReadAsStringAsync().WithinDeadlineAsync();
        text.ShouldStartWith("data: 1\n\ndata: {\"error\":");
        text.ShouldContain("sent nothing more in time");
    }

    [Fact]
    public async Task A_stream_that_keeps_coming_outlasts_both_clocks()
    {
        var clock = TimeSpan.FromSeconds(3);
        var events = Enumerable.Range(0, 8).Select(i => $"data: {i}\n\n").ToArray();
        await using var engine = await FakeEngine.StreamingAsync(events, (_, context) => Task.Delay(clock / 6, TimeProvider.System, context.RequestAborted));
        var options = new RouterOptions { FirstByteTimeout = clock, IdleTimeout = clock };
        await using var router = await StartAsync(options, Ready("default", "demo", engine.Endpoint));
        using var response = await router.ChatAsync(stream: true);
        (await response.Content.ReadAsStringAsync().WithinDeadlineAsync()).ShouldBe(string.Concat(events));
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_given_up()
    {
        var left = new TaskCompletionSource();
        var chunk = new byte[64 * 1024];
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }
            }
            finally
            {
                left.SetResult();
            }
        });
        await using var router = await StartAsync(s_quick with { FirstByteTimeout = TimeSpan.FromMinutes(1) }, Ready("default", "demo", engine.Endpoint));
        using var response = await router.ChatAsync();
        await left.Task.WithinDeadlineAsync();
    }
}
