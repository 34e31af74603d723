using System.Net;
using System.Net.Sockets;
using System.Text;
using LlmKube.Router.Tests.Fixtures;
using LlmKube.TestKit;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>Answers pass through as they come: at once, unchanged, and without piling up.</summary>
public sealed class StreamingTests
{
    [Fact]
    public async Task The_first_event_is_at_the_client_before_the_engine_sends_the_second()
    {
        var second = new TaskCompletionSource();
        await using var engine = await FakeEngine.StreamingAsync(["data: 1\n\n", "data: 2\n\n"], (i, _) => i == 0 ? Task.CompletedTask : second.Task);
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var response = await router.ChatAsync(stream: true).WithinDeadlineAsync();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync().WithinDeadlineAsync()).ShouldBe("data: 1");
        second.SetResult();
        (await reader.ReadToEndAsync().WithinDeadlineAsync()).ShouldBe("\ndata: 2\n\n");
    }

    [Fact]
    public async Task A_streams_headers_are_at_the_client_before_its_first_event()
    {
        var first = new TaskCompletionSource();
        await using var engine = await FakeEngine.StreamingAsync(["data: 1\n\n"], (_, _) => first.Task);
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var response = await router.ChatAsync(stream: true).WithinDeadlineAsync();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        first.SetResult();
        (await response.Content.ReadAsStringAsync()).ShouldBe("data: 1\n\n");
    }

    [Fact]
    public async Task Request_and_answer_arrive_unchanged_for_any_bytes()
    {
        var random = new Random(7);
        var answer = Array.Empty<byte>();
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            context.Response.StatusCode = 218;
            context.Response.ContentType = "application/x-anything";
            for (var at = 0; at < answer.Length;)
            {
                var length = Math.Min(answer.Length - at, 1 + random.Next(40_000));
                await context.Response.Body.WriteAsync(answer.AsMemory(at, length));
                at += length;
            }
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        for (var i = 0; i < 40; i++)
        {
            answer = new byte[random.Next(i < 20 ? 200 : 300_000)];
            random.NextBytes(answer);
            var body = Encoding.UTF8.GetBytes($"{{ \"x\":\"{new string('é', random.Next(50_000))}\",\"model\" :\"demo\"}}\n");

            using var response = await router.SendAsync("/v1/completions", new ByteArrayContent(body));
            ((int)response.StatusCode).ShouldBe(218);
            response.Content.Headers.ContentType!.ToString().ShouldBe("application/x-anything");
            (await response.Content.ReadAsByteArrayAsync()).ShouldBe(answer);
            engine.Received.TryDequeue(out var received).ShouldBeTrue();
            received.Body.ShouldBe(body);
        }
    }

    [Fact]
    public async Task An_engines_own_error_passes_through_as_it_is()
    {
        const string Answer = """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""";
        await using var engine = await FakeEngine.AnsweringAsync(Answer, 400);
        await using var router = await WithDemoAsync(engine.Endpoint);
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldBe(Answer);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_holds_the_engine_up()
    {
        var written = 0L;
        var chunk = new byte[64 * 1024];
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            while (true)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                Interlocked.Add(ref written, chunk.Length);
            }
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var response = await router.ChatAsync();
        var before = -1L;
        await Eventually.HoldsAsync(
            () =>
            {
                // Not moving over 40 polls in a row is standing still: a poll is 5 ms, an unhindered engine writes in microseconds.
                var now = Volatile.Read(ref written);
                _still = now == before && now > 0 ? _still + 1 : 0;
                before = now;
                return _still > 40;
            });
        Volatile.Read(ref written).ShouldBeLessThan(64L * 1024 * 1024);
    }

    private int _still;

    [Fact]
    public async Task A_client_that_leaves_ends_the_engines_work()
    {
        var left = new TaskCompletionSource();
        await using var engine = await FakeEngine.StreamingAsync(["data: 1\n\n", "data: 2\n\n"], async (i, context) =>
        {
            if (i == 1)
            {
                using var registration = context.RequestAborted.Register(left.SetResult);
                await left.Task;
            }
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        var response = await router.ChatAsync(stream: true);
        await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[4]);
        response.Dispose();
        await left.Task.WithinDeadlineAsync();
        await ShouldCountAsync(router, "client_gone");
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_answer_ends_the_engines_work()
    {
        var asked = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(left.SetResult);
            asked.SetResult();
            await left.Task;
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", router.Url.Port);
        await socket.GetStream().WriteAsync("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{\"model\":\"demo\"}"u8.ToArray());
        await asked.Task.WithinDeadlineAsync();
        socket.Close();
        await left.Task.WithinDeadlineAsync();
    }

    private static async Task ShouldCountAsync(RouterUnderTest router, string outcome)
    {
        var began = TimeProvider.System.GetTimestamp();
        var text = "";
        while (!text.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal) && TimeProvider.System.GetElapsedTime(began) < Deadlines.Patience)
        {
            text = await router.Client.GetStringAsync("/metrics");
        }

        text.ShouldContain($"outcome=\"{outcome}\"");
    }
}
