using System.Net;
using System.Text.Json;

namespace LlmKube.Agent.Engines;

/// <summary>Asks a running engine how it is.</summary>
internal sealed class EngineProbe(HttpClient http, string address)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>True when <c>/health</c> answers 200: the model is loaded and requests are taken.</summary>
    public async Task<bool> IsHealthyAsync(int port, CancellationToken cancellationToken)
    {
        using var response = await FindAsync(port, "/health", cancellationToken);
        return response?.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>True when no request is being worked on. An engine that cannot say so counts as busy.</summary>
    public async Task<bool> IsIdleAsync(int port, CancellationToken cancellationToken)
    {
        using var response = await FindAsync(port, "/slots", cancellationToken);
        if (response is not { StatusCode: HttpStatusCode.OK })
        {
            return false;
        }

        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var slots = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            return slots.RootElement.ValueKind == JsonValueKind.Array
                && slots.RootElement.EnumerateArray().All(slot => slot.TryGetProperty("is_processing", out var busy) && busy.ValueKind == JsonValueKind.False);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<HttpResponseMessage?> FindAsync(int port, string path, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(s_patience);
        try
        {
            return await http.GetAsync(new Uri($"http://{address}:{port}{path}"), late.Token);
        }
        catch (Exception e) when (e is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
