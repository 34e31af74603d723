using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary>A conversation with a service over its OpenAI-compatible endpoint.</summary>
internal sealed class Conversation
{
    private readonly ChatRoute _route;
    private readonly JsonArray _messages = [];
    private readonly string _model;
    private readonly int _maxTokens;

    public Conversation(InferenceService service, ChatRoute route, string? system, int maxTokens)
    {
        _route = route;
        _model = service.Metadata.Namespace is null or "default" ? service.Metadata.Name! : $"{service.Metadata.Namespace}/{service.Metadata.Name}";
        _maxTokens = maxTokens;
        if (system is not null)
        {
            _messages.Add((JsonNode)Message("system", system));
        }
    }

    /// <summary>Sends what a person said, and writes the answer as it comes.</summary>
    public async Task AskAsync(string prompt, TextWriter output, CancellationToken cancellationToken)
    {
        _messages.Add((JsonNode)Message("user", prompt));
        var body = new JsonObject { ["model"] = _model, ["stream"] = true, ["max_tokens"] = _maxTokens, ["messages"] = _messages.DeepClone() };
        using var response = await _route.PostAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new CommandFailure(ErrorOf(await response.Content.ReadAsStringAsync(cancellationToken)) ?? $"The endpoint answered {(int)response.StatusCode}.");
        }

        var answer = new StringBuilder();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            if (ErrorOf(item.Data) is { } error)
            {
                await output.WriteLineAsync();
                throw new CommandFailure($"The answer broke off: {error}");
            }

            if (DeltaOf(item.Data) is { Length: > 0 } delta)
            {
                answer.Append(delta);
                await output.WriteAsync(delta);
                await output.FlushAsync(cancellationToken);
            }
        }

        await output.WriteLineAsync();
        _messages.Add((JsonNode)Message("assistant", answer.ToString()));
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string? DeltaOf(string data) => Parse(data)?["choices"] is JsonArray { Count: > 0 } choices ? (string?)choices[0]?["delta"]?["content"] : null;

    private static string? ErrorOf(string data) => (string?)(Parse(data)?["error"] as JsonObject)?["message"];

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
