using LlmKube.Router.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>Which headers reach the other side.</summary>
public sealed class HeaderTests
{
    [Fact]
    public async Task Credentials_and_what_belongs_to_the_connection_stay_at_the_router()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Chat() };
        foreach (var (name, value) in new[]
        {
            ("Authorization", "Bearer secret"), ("X-Api-Key", "secret"), ("Cookie", "a=b"), ("Proxy-Authorization", "Basic x"), ("Connection", "X-Hop"),
            ("X-Hop", "1"), ("Keep-Alive", "5"), ("TE", "trailers"), ("X-Request-Id", "r1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        })
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        await router.Client.SendAsync(message);

        var headers = engine.Received.Single().Headers;
        headers.Keys.Order(StringComparer.OrdinalIgnoreCase).ShouldBe(["Content-Length", "Content-Type", "Host", "traceparent", "X-Request-ID"]);
        headers["traceparent"].ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        headers["Host"].ShouldBe(engine.Endpoint.ToString());
        headers["Content-Type"].ShouldBe("application/json");
    }

    [Fact]
    public async Task An_answers_headers_arrive_except_those_of_the_connection()
    {
        await using var engine = await FakeEngine.StartAsync(context =>
        {
            context.Response.Headers["X-Two"] = new(["a", "b"]);
            context.Response.Headers["Connection"] = "X-Hop";
            context.Response.Headers["X-Hop"] = "1";
            context.Response.Headers["Content-Type"] = "application/json; charset=utf-8";
            return context.Response.WriteAsync("{}");
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        var response = await router.ChatAsync();
        response.Headers.GetValues("X-Two").ShouldBe(["a", "b"]);
        response.Headers.Contains("X-Hop").ShouldBeFalse();
        response.Headers.Connection.ShouldBeEmpty();
        response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
    }
}
