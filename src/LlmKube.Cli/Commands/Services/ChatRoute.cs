using System.Net.Http.Headers;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary>The way to a service's OpenAI-compatible endpoint: straight, or through the API server where the address is one of the cluster's own.</summary>
internal abstract class ChatRoute : IDisposable
{
    private const string ClusterDomain = ".svc.cluster.local";

    /// <summary>The way that works from here.</summary>
    public static ChatRoute To(InferenceService service, KubernetesClient client)
    {
        var endpoint = service.Status?.Endpoint
            ?? throw new CommandFailure($"The service {service.Metadata.Name} has no endpoint yet.", $"See why: llmkube status {service.Metadata.Name}", ExitCodes.Blocked);
        var address = new Uri(endpoint);
        return address.Host.EndsWith(ClusterDomain, StringComparison.OrdinalIgnoreCase)
            ? new ThroughApiServer(client, PathOf(service, address))
            : new Direct(address, service.Metadata.Name!);
    }

    /// <summary>Sends a request; the answer streams, and may be a failure.</summary>
    public abstract Task<HttpResponseMessage> PostAsync(byte[] json, CancellationToken cancellationToken);

    public abstract void Dispose();

    private static string PathOf(InferenceService service, Uri endpoint) =>
        $"/api/v1/namespaces/{service.Metadata.Namespace}/services/{ServiceNames.ServiceOf(service.Metadata.Name!)}:{endpoint.Port}/proxy{endpoint.AbsolutePath}";

    private sealed class Direct(Uri address, string name) : ChatRoute
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

        public override async Task<HttpResponseMessage> PostAsync(byte[] json, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            try
            {
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new CommandFailure($"{address} does not answer: {e.InnerException?.Message ?? e.Message}", $"See how it is: llmkube status {name}. If LLMKube should run on this machine: llmkube up.");
            }
        }

        public override void Dispose() => _http.Dispose();
    }

    private sealed class ThroughApiServer(KubernetesClient client, string path) : ChatRoute
    {
        public override Task<HttpResponseMessage> PostAsync(byte[] json, CancellationToken cancellationToken) => client.PostRawAsync(path, json, cancellationToken);

        /// <summary>The client is the caller's.</summary>
        public override void Dispose()
        {
        }
    }
}
