using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Client;

/// <summary>The verbs of one kind. Every failure of the server is an <see cref="ApiException"/>.</summary>
public sealed class ResourceClient<T>
    where T : class, IResource
{
    private readonly ApiTransport _transport;
    private readonly ApiTransport _lists;
    private readonly JsonTypeInfo<T> _json;

    internal ResourceClient(ApiTransport transport, ResourceDefinition definition, JsonTypeInfo<T> json, ApiTransport? lists = null)
    {
        _transport = transport;
        _lists = lists ?? transport;
        Definition = definition;
        _json = json;
    }

    public ResourceDefinition Definition { get; }

    /// <summary>The object, or null when there is none.</summary>
    public async Task<T?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(key, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>The object; a missing one is an <see cref="ApiException"/> with <see cref="ApiException.IsNotFound"/>.</summary>
    public Task<T> GetAsync(ObjectKey key, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, Definition.ObjectPath(key), body: null, contentType: null, cancellationToken);

    /// <summary>All objects that match, read page by page.</summary>
    public async Task<Listing<T>> ListAsync(ListOptions options, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var version = "";
        string? next = null;
        do
        {
            var query = new QueryString()
                .Add("labelSelector", options.LabelSelector)
                .Add("fieldSelector", options.FieldSelector)
                .Add("limit", options.PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .Add("resourceVersion", next is null ? options.ResourceVersion : null)
                .Add("continue", next);
            using var response = await _lists.SendAsync(
                HttpMethod.Get, Definition.CollectionPath(options.Namespace) + query, null, null, streaming: true, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var page = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            var metadata = page.RootElement.GetProperty("metadata").Deserialize(KubernetesJson.Default.ListMeta)!;
            if (page.RootElement.TryGetProperty("items", out var elements) && elements.ValueKind == JsonValueKind.Array)
            {
                items.AddRange(elements.EnumerateArray().Select(ReadItem));
            }

            version = metadata.ResourceVersion ?? version;
            next = string.IsNullOrEmpty(metadata.Continue) ? null : metadata.Continue;
        }
        while (next is not null);

        return new Listing<T>(items, version);
    }

    /// <summary>
    /// Events as they happen, until the server ends the watch. Bookmarks are asked for.
    /// An <c>ERROR</c> event is thrown; 410 as <see cref="ApiException.IsExpired"/>.
    /// </summary>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new QueryString()
            .Add("watch", "1")
            .Add("allowWatchBookmarks", "true")
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("timeoutSeconds", options.Timeout is { } timeout ? ((int)timeout.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
        var path = Definition.CollectionPath(options.Namespace) + query;
        using var response = await _transport.SendAsync(HttpMethod.Get, path, null, null, streaming: true, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var envelopes = JsonSerializer.DeserializeAsyncEnumerable(stream, ClientJson.Default.WatchEnvelope, topLevelValues: true, cancellationToken);
        await foreach (var envelope in envelopes.WithCancellation(cancellationToken))
        {
            if (envelope is not null)
            {
                yield return Open(envelope, path);
            }
        }
    }

    public Task<T> CreateAsync(T resource, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Definition.CollectionPath(resource.Metadata.Namespace), Write(resource), "application/json", cancellationToken);

    /// <summary>Server-side apply of exactly the fields that are set.</summary>
    public Task<T> ApplyAsync(T resource, ApplyOptions options, CancellationToken cancellationToken)
    {
        var query = new QueryString()
            .Add("fieldManager", options.FieldManager)
            .Add("force", options.Force ? "true" : "false")
            .Add("dryRun", options.DryRun ? "All" : null);
        return SendAsync(
            HttpMethod.Patch, Definition.ObjectPath(resource.Key(), options.Subresource) + query, Write(resource), "application/apply-patch+yaml", cancellationToken);
    }

    public Task<T> PatchAsync(ObjectKey key, Patch patch, PatchOptions options, CancellationToken cancellationToken)
    {
        var query = new QueryString()
            .Add("fieldManager", options.FieldManager)
            .Add("dryRun", options.DryRun ? "All" : null);
        return SendAsync(
            HttpMethod.Patch,
            Definition.ObjectPath(key, options.Subresource) + query,
            JsonSerializer.SerializeToUtf8Bytes(patch.Body, KubernetesJson.Default.JsonNode),
            patch.ContentType,
            cancellationToken);
    }

    /// <summary>Sets <c>spec.replicas</c> through the scale subresource.</summary>
    public async Task ScaleAsync(ObjectKey key, int replicas, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(
            new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, KubernetesJson.Default.JsonNode);
        using var response = await _transport.SendAsync(
            HttpMethod.Patch, Definition.ObjectPath(key, "scale"), body, "application/merge-patch+json", streaming: false, cancellationToken);
    }

    /// <summary>Asks for deletion; false when there was nothing to delete.</summary>
    public async Task<bool> DeleteAsync(ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
    {
        var preconditions = new JsonObject();
        if (options.Uid is not null)
        {
            preconditions["uid"] = options.Uid;
        }

        if (options.ResourceVersion is not null)
        {
            preconditions["resourceVersion"] = options.ResourceVersion;
        }

        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (preconditions.Count > 0)
        {
            body["preconditions"] = preconditions;
        }

        if (options.PropagationPolicy is not null)
        {
            body["propagationPolicy"] = options.PropagationPolicy;
        }

        if (options.GracePeriodSeconds is { } grace)
        {
            body["gracePeriodSeconds"] = grace;
        }

        try
        {
            using var response = await _transport.SendAsync(
                HttpMethod.Delete,
                Definition.ObjectPath(key),
                JsonSerializer.SerializeToUtf8Bytes<JsonNode>(body, KubernetesJson.Default.JsonNode),
                "application/json",
                streaming: false,
                cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private async Task<T> SendAsync(HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        using var response = await _transport.SendAsync(method, path, body, contentType, streaming: true, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(stream, _json, cancellationToken)
            ?? throw new JsonException($"{method} {path}: the server answered null.");
    }

    private byte[] Write(T resource) => JsonSerializer.SerializeToUtf8Bytes(resource, _json);

    /// <summary>Items of a list carry neither apiVersion nor kind on some servers; the definition knows both.</summary>
    private T ReadItem(JsonElement element)
    {
        if (typeof(T) == typeof(DynamicObject) && JsonObject.Create(element) is { } json)
        {
            json["apiVersion"] ??= Definition.ApiVersion;
            json["kind"] ??= Definition.Kind;
            return (T)(object)new DynamicObject((JsonObject)json.DeepClone());
        }

        return element.Deserialize(_json) ?? throw new JsonException("A list held null.");
    }

    private WatchEvent<T> Open(WatchEnvelope envelope, string path)
    {
        if (envelope.Type == "ERROR")
        {
            var status = envelope.Object.Deserialize(KubernetesJson.Default.Status) ?? new Status();
            throw new ApiException($"watch {path}", status);
        }

        var kind = envelope.Type switch
        {
            "ADDED" => WatchEventKind.Added,
            "MODIFIED" => WatchEventKind.Modified,
            "DELETED" => WatchEventKind.Deleted,
            "BOOKMARK" => WatchEventKind.Bookmark,
            _ => throw new JsonException($"watch {path}: unknown event type '{envelope.Type}'."),
        };
        return new WatchEvent<T>(kind, ReadItem(envelope.Object));
    }
}

/// <summary>One line of a watch, before its object is read.</summary>
internal sealed record WatchEnvelope(string Type, JsonElement Object);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WatchEnvelope))]
internal sealed partial class ClientJson : JsonSerializerContext;
