using System.Net;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.OpenAi;

/// <summary>What the router itself answers with when it cannot serve: OpenAI's shape, and a sentence that helps.</summary>
public sealed class ErrorTests
{
    private static readonly BackendEndpoint s_nowhere = new("127.0.0.1", 1);

    [Fact]
    public async Task An_unknown_model_is_404_with_the_models_there_are()
    {
        await using var router = await StartAsync(new RouterOptions(), Ready("default", "a", s_nowhere), NotReady("team", "b", "It is stopped."));
        var response = await router.ChatAsync("gpt-4");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ErrorOfAsync(response)).ToJsonString().ShouldBe(
            """{"message":"The model \u0027gpt-4\u0027 does not exist. Available: a, b.","type":"invalid_request_error","param":"model","code":"model_not_found"}""");
    }

    [Fact]
    public async Task An_ambiguous_model_is_400_with_the_names_to_choose_from()
    {
        await using var router = await StartAsync(new RouterOptions(), Ready("x", "c", s_nowhere), Ready("y", "c", s_nowhere));
        await ShouldBeAsync(await router.ChatAsync("c"), HttpStatusCode.BadRequest, "ambiguous_model", "Name one of them: x/c, y/c.");
    }

    [Fact]
    public async Task A_model_without_a_ready_endpoint_is_503_with_the_reason_and_when_to_retry()
    {
        await using var router = await StartAsync(new RouterOptions(), NotReady("default", "demo", "The file /m.gguf is not a GGUF file."));
        var response = await router.ChatAsync();
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        await ShouldBeAsync(response, HttpStatusCode.ServiceUnavailable, "model_not_ready", "The file /m.gguf is not a GGUF file. See `llmkube status demo -n default`.");
    }

    [Fact]
    public async Task An_endpoint_where_nobody_listens_is_502()
    {
        await using var router = await WithDemoAsync(RawEngine.NobodyThere());
        await ShouldBeAsync(await router.ChatAsync(), HttpStatusCode.BadGateway, "backend_unreachable", "ConnectionRefused");
    }

    [Theory]
    [InlineData("{\"model\":\"demo\",", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("{\"messages\":[]}", HttpStatusCode.BadRequest, "missing_model")]
    public async Task A_body_that_says_no_model_is_400(string body, HttpStatusCode status, string code)
    {
        await using var router = await WithDemoAsync(s_nowhere);
        await ShouldBeAsync(await router.SendAsync("/v1/completions", Json(body)), status, code, "");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_413_announced_or_not(bool announced)
    {
        await using var router = await StartAsync(new RouterOptions { MaxBodyBytes = 1000 }, Ready("default", "demo", s_nowhere));
        var content = Json("{\"model\":\"demo\",\"prompt\":\"" + new string('x', 3000) + "\"}");
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
        message.Headers.TransferEncodingChunked = !announced;
        await ShouldBeAsync(await router.Client.SendAsync(message), HttpStatusCode.RequestEntityTooLarge, "request_too_large", "raise the router's body limit");
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_passes()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var router = await StartAsync(new RouterOptions { MaxBodyBytes = 1000 }, Ready("default", "demo", engine.Endpoint));
        var body = "{\"model\":\"demo\",\"prompt\":\"\"}";
        body = body[..^2] + new string('x', 1000 - body.Length) + "\"}";
        (await router.SendAsync("/v1/completions", Json(body))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        await using var router = await WithDemoAsync(s_nowhere);
        var content = Chat();
        content.Headers.ContentEncoding.Add("gzip");
        await ShouldBeAsync(await router.SendAsync("/v1/completions", content), HttpStatusCode.UnsupportedMediaType, "unsupported_content_encoding", "gzip");
    }

    [Fact]
    public async Task A_wrong_method_is_405_and_says_the_right_one()
    {
        await using var router = await WithDemoAsync(s_nowhere);
        var response = await router.Client.GetAsync("/v1/chat/completions");
        response.Content.Headers.Allow.ShouldBe(["POST"]);
        await ShouldBeAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed", "use POST");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/v1/models/")]
    [InlineData("/chat/completions")]
    public async Task An_unknown_path_is_404_and_says_what_there_is(string path)
    {
        await using var router = await WithDemoAsync(s_nowhere);
        await ShouldBeAsync(await router.Client.GetAsync(path), HttpStatusCode.NotFound, "unknown_url", "POST /v1/chat/completions");
    }

    private static async Task ShouldBeAsync(HttpResponseMessage response, HttpStatusCode status, string code, string message)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var error = await ErrorOfAsync(response);
        error["code"]!.GetValue<string>().ShouldBe(code);
        error["message"]!.GetValue<string>().ShouldContain(message);
    }
}
