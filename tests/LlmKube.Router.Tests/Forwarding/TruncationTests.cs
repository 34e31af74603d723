using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>An answer that its engine did not finish never looks complete.</summary>
public sealed class TruncationTests
{
    private const string StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("data: {\"n\":1}\n\n", "data: {\"n\":1}\n\n")]
    [InlineData("data: {\"n\":1}\r\n\r\n", "data: {\"n\":1}\r\n\r\n")]
    [InlineData("data: {\"n\":", "data: {\"n\":\n\n")]
    [InlineData("data: {\"n\":1}\n", "data: {\"n\":1}\n\n\n")]
    [InlineData("", "")]
    public async Task A_stream_that_breaks_ends_with_an_error_event(string sent, string expected)
    {
        await using var engine = RawEngine.Start(async (socket, _, _) =>
        {
            await RawEngine.SendAsync(socket, StreamHead);
            if (sent.Length > 0)
            {
                await RawEngine.SendAsync(socket, $"{sent.Length:x}\r\n{sent}\r\n");
            }
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var response = await router.ChatAsync(stream: true);
        var text = await response.Content.ReadAsStringAsync().WithinDeadlineAsync();

        text.ShouldStartWith(expected + "data: {\"error\":");
        text.ShouldEndWith("}\n\n");
        text.ShouldNotContain("[DONE]");
        var error = JsonNode.Parse(text[(text.LastIndexOf("data: ", StringComparison.Ordinal) + 6)..])!["error"]!;
        error["code"]!.GetValue<string>().ShouldBe("stream_interrupted");
        (await router.Client.GetStringAsync("/metrics")).ShouldContain("outcome=\"truncated\"");
        engine.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n")]
    public async Task Any_other_answer_that_breaks_is_aborted(string sent)
    {
        await using var engine = RawEngine.Start((socket, _, _) => RawEngine.SendAsync(socket, sent));
        await using var router = await WithDemoAsync(engine.Endpoint);
        await Should.ThrowAsync<HttpRequestException>(async () =>
        {
            using var response = await router.ChatAsync();
            await response.Content.ReadAsByteArrayAsync().WithinDeadlineAsync();
        });
        engine.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_breaks_before_its_first_byte_is_502()
    {
        await using var engine = RawEngine.Start((socket, _, _) => RawEngine.SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
        await using var router = await WithDemoAsync(engine.Endpoint);
        var response = await router.ChatAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        response.Content.Headers.ContentLength.ShouldNotBe(100);
        (await ErrorOfAsync(response))["code"]!.GetValue<string>().ShouldBe("backend_failed");
        engine.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_not_HTTP_is_502()
    {
        await using var engine = RawEngine.Start((socket, _, _) => RawEngine.SendAsync(socket, "hello\r\n\r\n"));
        await using var router = await WithDemoAsync(engine.Endpoint);
        (await router.ChatAsync()).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        engine.Requests.ShouldBe(1);
    }
}
