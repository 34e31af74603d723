using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Client;

/// <summary>
/// A client of one API server. Thread-safe; one instance serves a process.
/// There is no update verb: apply, patch, create and delete only, because typed records hold only the fields we read.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly ApiTransport _transport;

    /// <summary>Talks through <paramref name="http"/>, whose base address is the API server and whose handler signs in.</summary>
    public KubernetesClient(HttpClient http, TimeProvider? time = null) => _transport = new ApiTransport(http, time ?? TimeProvider.System);

    /// <summary>The verbs of a typed kind.</summary>
    public ResourceClient<T> Of<T>()
        where T : class, IResource<T> => new(_transport, T.Definition, T.JsonType);

    /// <summary>The verbs of a typed kind in another version of its API, for reading where a server has no newer one.</summary>
    public ResourceClient<T> Of<T>(string version)
        where T : class, IResource<T> => new(_transport, T.Definition with { Version = version }, T.JsonType);

    /// <summary>The verbs of any kind, on objects as JSON.</summary>
    public ResourceClient<DynamicObject> Of(ResourceDefinition definition) => new(_transport, definition, KubernetesJson.Default.DynamicObject);

    /// <summary>
    /// Any kind by its metadata alone, which is all that the server sends: to learn that a Secret changed without holding what is in it.
    /// For reading, watching, patching and deleting.
    /// </summary>
    public ResourceClient<PartialObjectMetadata> MetadataOf(ResourceDefinition definition) => new(
        _transport.Accepting(PartialObjectMetadata.MediaType),
        definition,
        KubernetesJson.Default.PartialObjectMetadata,
        _transport.Accepting(PartialObjectMetadata.ListMediaType));

    /// <summary>A raw GET below the server's address, for discovery, versions, logs and metrics. The caller disposes the response.</summary>
    public Task<HttpResponseMessage> GetRawAsync(string pathAndQuery, CancellationToken cancellationToken) =>
        _transport.SendAsync(HttpMethod.Get, pathAndQuery, body: null, contentType: null, streaming: true, cancellationToken);

    /// <summary>A raw request with a JSON body, whose answer streams: what goes through the proxy of a service. The caller disposes the response.</summary>
    public Task<HttpResponseMessage> PostRawAsync(string pathAndQuery, byte[] json, CancellationToken cancellationToken) =>
        _transport.SendAsync(HttpMethod.Post, pathAndQuery, json, "application/json", streaming: true, cancellationToken);

    /// <summary>Attaches to a running container, which was made to take input.</summary>
    /// <exception cref="ApiException">The server refused, as when the user may not attach or the container does not run.</exception>
    public async Task<PodAttachment> AttachAsync(ObjectKey pod, string container, bool withInput, CancellationToken cancellationToken) => new(await _transport.OpenSocketAsync(
        $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}/attach?container={Uri.EscapeDataString(container)}&stdout=true&stderr=true{(withInput ? "&stdin=true" : "")}",
        PodAttachment.Protocol,
        cancellationToken));

    public void Dispose() => _transport.Dispose();
}
