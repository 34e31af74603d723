using System.Text;
using LlmKube.Router.Forwarding;
using LlmKube.Router.OpenAi;
using LlmKube.Router.Routing;
using Shouldly;

namespace LlmKube.Router.Tests.OpenAi;

/// <summary>What is read from a request body, and that nothing else in it is touched.</summary>
public sealed class BodyScanTests
{
    [Theory]
    [InlineData("""{"model":"demo"}""", "demo", false)]
    [InlineData("""{"messages":[{"model":"inner","stream":true}],"model":"demo"}""", "demo", false)]
    [InlineData("""{ "stream" : true , "model" : "a\/b" }""", "a/b", true)]
    [InlineData("""{"mod\u0065l":"demo","stream":"true"}""", "demo", false)]
    [InlineData("{\"model\":\"demo\"}\n", "demo", false)]
    public void The_model_and_stream_of_the_outermost_object_are_read(string body, string model, bool stream)
    {
        BodyScan.TryScan(Encoding.UTF8.GetBytes(body), out var facts).ShouldBeNull();
        (facts.Model, facts.Stream).ShouldBe((model, stream));
    }

    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    [InlineData("{", "invalid_json")]
    [InlineData("{\"model\":\"demo\"", "invalid_json")]
    [InlineData("{\"model\":\"demo\"} x", "invalid_json")]
    [InlineData("{\"model\":\"demo\",}", "invalid_json")]
    [InlineData("{\"model\":\"\\ud800\"}", "invalid_json")]
    [InlineData("{}", "missing_model")]
    [InlineData("{\"model\":\"\"}", "missing_model")]
    [InlineData("{\"model\":null}", "missing_model")]
    [InlineData("{\"model\":1}", "invalid_type")]
    [InlineData("{\"model\":{\"model\":\"demo\"}}", "invalid_type")]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", "duplicate_model")]
    public void What_cannot_be_routed_is_refused(string body, string code) =>
        BodyScan.TryScan(Encoding.UTF8.GetBytes(body), out _).ShouldNotBeNull().Code.ShouldBe(code);

    [Fact]
    public void A_model_that_is_not_utf8_is_refused() =>
        BodyScan.TryScan([.. "{\"model\":\""u8, 0xFF, 0xC0, .. "\"}"u8], out _).ShouldNotBeNull().Code.ShouldBe("invalid_json");

    [Fact]
    public void Depth_is_limited() =>
        BodyScan.TryScan(Encoding.UTF8.GetBytes(new string('[', 100_000)), out _).ShouldNotBeNull().Code.ShouldBe("invalid_json");

    [Fact]
    public async Task Only_the_span_of_the_model_is_replaced_for_any_body()
    {
        var random = new Random(42);
        for (var i = 0; i < 500; i++)
        {
            var (before, model, after) = RandomBody(random);
            var body = Encoding.UTF8.GetBytes(before + model + after);
            BodyScan.TryScan(body, out var facts).ShouldBeNull(before + model + after);

            (await SentAsync(body, facts, servedName: null)).ShouldBe(body);
            (await SentAsync(body, facts, facts.Model)).ShouldBe(body);
            (await SentAsync(body, facts, "served \"x\"")).ShouldBe(Encoding.UTF8.GetBytes(before + "\"served \\u0022x\\u0022\"" + after));
        }
    }

    private static async Task<byte[]> SentAsync(byte[] body, RequestFacts facts, string? servedName)
    {
        using var content = ForwardedBody.Of(body, facts, servedName);
        var sent = await content.ReadAsByteArrayAsync();
        content.Headers.ContentLength.ShouldBe(sent.Length);
        return sent;
    }

    /// <summary>A body of odd spacing, escapes, numbers and nesting around a model.</summary>
    private static (string Before, string Model, string After) RandomBody(Random random)
    {
        string Space() => new(' ', random.Next(3));
        string Field() => random.Next(6) switch
        {
            0 => "\"temperature\":0.70000000000000010",
            1 => "\"n\" : 1e400",
            2 => "\"content\":\"line\\nß \\u00e9 𝄞 \\\"model\\\":\\\"fake\\\"\"",
            3 => "\"nested\":{\"model\":\"inner\",\"x\":[[],{},null]}",
            4 => "\"big\":12345678901234567890",
            _ => "\"Model\":\"other\"",
        };
        var before = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Space() + Field() + Space() + ","));
        var after = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => "," + Space() + Field()));
        var model = random.Next(3) switch { 0 => "\"demo\"", 1 => "\"d\\u0065mo\"", _ => "\"ns/ünï\"" };
        return ($"{Space()}{{{before}{Space()}\"model\"{Space()}:{Space()}", model, $"{Space()}{after}{Space()}}}{Space()}");
    }
}
