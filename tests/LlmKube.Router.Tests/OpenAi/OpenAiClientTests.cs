using System.ClientModel;
using System.ClientModel.Primitives;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using OpenAI;
using OpenAI.Chat;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.OpenAi;

/// <summary>OpenAI's own client works against the router without knowing it.</summary>
public sealed class OpenAiClientTests
{
    [Fact]
    public async Task Chat_streams()
    {
        string Chunk(string text, string finish) =>
            $$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"demo","choices":[{"index":0,"delta":{"role":"assistant","content":"{{text}}"},"finish_reason":{{finish}}}]}""" + "\n\n";
        await using var engine = await FakeEngine.StreamingAsync([Chunk("Hel", "null"), Chunk("lo", "\"stop\""), "data: [DONE]\n\n"]);
        await using var router = await WithDemoAsync(engine.Endpoint);
        var text = "";
        await foreach (var update in ClientOf(router).GetChatClient("demo").CompleteChatStreamingAsync([new UserChatMessage("hi")]))
        {
            text += string.Concat(update.ContentUpdate.Select(p => p.Text));
        }

        text.ShouldBe("Hello");
        engine.Received.Single().Headers.ContainsKey("Authorization").ShouldBeFalse();
    }

    [Fact]
    public async Task Embeddings_come_back()
    {
        await using var engine = await FakeEngine.AnsweringAsync(
            """{"object":"list","model":"demo","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.25]}],"usage":{"prompt_tokens":1,"total_tokens":1}}""");
        await using var router = await WithDemoAsync(engine.Endpoint);
        var options = new OpenAI.Embeddings.EmbeddingGenerationOptions();
        var embedding = await ClientOf(router).GetEmbeddingClient("demo").GenerateEmbeddingAsync("hi", options);
        embedding.Value.ToFloats().ToArray().ShouldBe([0.5f, -1.25f]);
    }

    [Fact]
    public async Task Models_are_listed_and_found()
    {
        await using var router = await WithDemoAsync(new BackendEndpoint("127.0.0.1", 1));
        var models = ClientOf(router).GetOpenAIModelClient();
        (await models.GetModelsAsync()).Value.Select(m => (m.Id, m.OwnedBy)).ShouldBe([("demo", "default")]);
        (await models.GetModelAsync("default/demo")).Value.Id.ShouldBe("demo");
    }

    [Fact]
    public async Task Errors_are_understood()
    {
        await using var router = await WithDemoAsync(new BackendEndpoint("127.0.0.1", 1));
        var error = await Should.ThrowAsync<ClientResultException>(
            async () => await ClientOf(router).GetChatClient("other").CompleteChatAsync([new UserChatMessage("hi")]));
        error.Status.ShouldBe(404);
        error.Message.ShouldContain("The model 'other' does not exist. Available: demo.");
    }

    private static OpenAIClient ClientOf(RouterUnderTest router) => new(
        new ApiKeyCredential("any"),
        new OpenAIClientOptions { Endpoint = new Uri(router.Url, "/v1"), RetryPolicy = new ClientRetryPolicy(0) });
}
