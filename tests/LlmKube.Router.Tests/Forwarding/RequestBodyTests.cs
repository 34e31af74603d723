using System.Net;
using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>Request bodies of every size arrive whole, although their memory is used again and again.</summary>
public sealed class RequestBodyTests
{
    [Fact]
    public async Task Many_large_bodies_at_once_do_not_mix()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await WithDemoAsync(engine.Endpoint);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            var body = $"{{\"model\":\"demo\",\"x\":\"{new string((char)('a' + i), 100_000 * (1 + (i % 7)))}\"}}";
            (await router.SendAsync("/v1/completions", Json(body))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }));

        engine.Received.Count.ShouldBe(24);
        engine.Received.ShouldAllBe(r => r.Body.Skip(21).Take(r.Body.Length - 23).Distinct().Count() == 1);
    }
}
