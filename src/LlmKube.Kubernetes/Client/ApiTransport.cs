using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Client;

/// <summary>Sends requests and turns every answer that is not a success into an <see cref="ApiException"/>.</summary>
internal sealed class ApiTransport(HttpClient http, TimeProvider time, string accept = "application/json") : IDisposable
{
    internal TimeProvider Time { get; } = time;

    /// <summary>The same connections, asking for another form of the answer.</summary>
    internal ApiTransport Accepting(string mediaTypes) => new(http, Time, mediaTypes);

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        byte[]? body,
        string? contentType,
        bool streaming,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, pathAndQuery);
        request.Headers.Add("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType ?? "application/json");
        }

        var completion = streaming ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead;
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken);
        }
        catch (SocketException e)
        {
            // .NET lets it through as it is when the server goes away at the instant of the connection.
            throw new HttpRequestException(HttpRequestError.ConnectionError, e.Message, e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ReadFailureAsync($"{method} {request.RequestUri?.AbsolutePath}", response, cancellationToken);
        }
    }

    /// <summary>Opens a WebSocket through the same connections and credentials.</summary>
    internal async Task<WebSocket> OpenSocketAsync(string pathAndQuery, string protocol, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(new Uri(http.BaseAddress!, pathAndQuery));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(address.Uri, http, cancellationToken);
            return socket;
        }
        catch (WebSocketException e)
        {
            var code = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw code > 0
                ? new ApiException($"GET {address.Path}", new Status { Code = code, Reason = ((System.Net.HttpStatusCode)code).ToString() })
                : new HttpRequestException(HttpRequestError.ConnectionError, e.InnerException?.Message ?? e.Message, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private static async Task<ApiException> ReadFailureAsync(string attempted, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Status? status = null;
        try
        {
            status = JsonSerializer.Deserialize(text, KubernetesJson.Default.Status);
        }
        catch (JsonException)
        {
            // A proxy in between answers with HTML or text: the sentence below says what came back.
        }

        status = status is { Kind: "Status" }
            ? status with { Code = status.Code ?? (int)response.StatusCode }
            : new Status { Code = (int)response.StatusCode, Reason = response.StatusCode.ToString(), Message = Shorten(text) };
        var retryAfter = response.Headers.RetryAfter?.Delta
            ?? (status.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        return new ApiException(attempted, status, retryAfter);
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300];
}
