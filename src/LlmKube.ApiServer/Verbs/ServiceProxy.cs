using System.Globalization;
using System.Text.Json;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace LlmKube.ApiServer.Verbs;

/// <summary>
/// <c>services/NAME[:PORT]/proxy/PATH</c>: passes a request on to a ready endpoint of the service, for clients that reach this server
/// and not the service. Answers stream through.
/// </summary>
internal sealed class ServiceProxy(ServerContext server)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>Between two hops only, or for this server only: the credentials are not the service's to see.</summary>
    private static readonly HashSet<string> s_notPassed = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Authorization, HeaderNames.Connection, HeaderNames.Host, HeaderNames.KeepAlive, HeaderNames.ProxyAuthorization, HeaderNames.TE,
        HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
    };

    /// <summary>Holds connections, and nothing of any server.</summary>
    private static readonly HttpMessageInvoker s_http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });

    public async Task HandleAsync(ResourceRequest request)
    {
        var (address, port) = Find(request);
        var from = request.Http.Request;
        using var onward = new HttpRequestMessage(new HttpMethod(from.Method), new UriBuilder("http", address, port, "/" + request.Path.ProxiedPath, from.QueryString.Value).Uri);
        if (from.ContentLength > 0 || from.Headers.ContainsKey(HeaderNames.TransferEncoding) || request.Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            onward.Content = new StreamContent(from.Body);
        }

        foreach (var (name, values) in from.Headers.Where(header => !s_notPassed.Contains(header.Key) && !header.Key.StartsWith(':')))
        {
            if (!onward.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                onward.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, server.Stopping);
        try
        {
            using var answer = await s_http.SendAsync(onward, ending.Token);
            await PassBackAsync(answer, request.Http.Response, ending.Token);
        }
        catch (HttpRequestException e) when (!request.Http.Response.HasStarted)
        {
            throw Failures.ServiceUnavailable($"error trying to reach service: {e.InnerException?.Message ?? e.Message}");
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or the server stops.
        }
    }

    private static async Task PassBackAsync(HttpResponseMessage answer, HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !s_notPassed.Contains(header.Key)))
        {
            response.Headers[name] = values.ToArray();
        }

        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
    }

    private (string Address, int Port) Find(ResourceRequest request)
    {
        var name = request.Name.Split(':');
        var (service, port) = name switch
        {
            [var only] => (only, ""),
            [var first, var second] => (first, second),
            ["http", var second, var third] => (second, third),
            _ => throw Failures.BadRequest($"invalid service request \"{request.Name}\": use NAME or NAME:PORT"),
        };
        var key = new ObjectKey(request.Namespace, service);
        var stored = server.Store.State.Find(new(KnownCollections.Services, key)) ?? throw Failures.NotFound(KnownCollections.Services, service);
        var wanted = PortNameOf(JsonSerializer.Deserialize(stored.Json, Service.JsonType)!, port, request.Name);
        foreach (var item in server.Store.State.Of(KnownCollections.EndpointSlices).Values.Where(item => item.Key.Object.Namespace == key.Namespace && item.Labels.GetValueOrDefault(ServiceNameLabel) == service))
        {
            var slice = JsonSerializer.Deserialize(item.Json, EndpointSlice.JsonType)!;
            var number = slice.Ports is [{ Port: { } single }] ? single : slice.Ports?.FirstOrDefault(candidate => candidate.Name == wanted)?.Port;
            var ready = slice.Endpoints?.FirstOrDefault(endpoint => endpoint.Conditions?.Ready != false && endpoint.Addresses.Count > 0);
            if (number is not null && ready is not null)
            {
                return (ready.Addresses[0], number.Value);
            }
        }

        throw Failures.ServiceUnavailable($"no endpoints available for service \"{request.Name}\"");
    }

    /// <summary>The name of the port that is meant by name or number; with one port only, nothing need be said.</summary>
    private static string? PortNameOf(Service service, string port, string asked)
    {
        var ports = service.Spec?.Ports ?? [];
        var found = port.Length == 0
            ? ports.Count > 0 ? ports[0] : null
            : ports.FirstOrDefault(candidate => candidate.Name == port || candidate.Port.ToString(CultureInfo.InvariantCulture) == port);
        return found is null ? throw Failures.ServiceUnavailable($"no service port \"{port}\" found for service \"{asked}\"") : found.Name;
    }
}
