using System.Collections.Concurrent;
using LlmKube.Kubernetes.Client;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>Passes requests on, and writes down what each would have to be permitted.</summary>
internal sealed class RequestRecorder(HttpClient server) : HttpMessageHandler
{
    private readonly ConcurrentDictionary<Permission, bool> _used = new();

    public IReadOnlyCollection<Permission> Used => [.. _used.Keys];

    /// <summary>A client whose requests are written down.</summary>
    public KubernetesClient CreateClient() => new(new HttpClient(this, disposeHandler: false) { BaseAddress = server.BaseAddress, Timeout = Timeout.InfiniteTimeSpan });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A message is sent once: this one came from a client, its twin goes on through the other.
        using var twin = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers)
        {
            twin.Headers.TryAddWithoutValidation(name, values);
        }

        if (request.Content is not null)
        {
            twin.Content = new ByteArrayContent(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            twin.Content.Headers.ContentType = request.Content.Headers.ContentType;
        }

        var response = await server.SendAsync(twin, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        foreach (var permission in Permission.Of(request.Method, request.RequestUri!.AbsolutePath, request.RequestUri.Query, (int)response.StatusCode))
        {
            _used[permission] = true;
        }

        return response;
    }
}
