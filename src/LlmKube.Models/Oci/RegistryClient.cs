using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Oci;

/// <summary>What a registry needs to be reached with.</summary>
public sealed record RegistryOptions
{
    public NetworkOptions Network { get; init; } = new();

    public RegistryCredentials Credentials { get; init; } = RegistryCredentials.None;

    /// <summary>Certificates (<c>ca.crt</c>, <c>tls.crt</c>, <c>tls.key</c>) by the entries of a Secret.</summary>
    public IReadOnlyDictionary<string, string> Trust { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Registries that are spoken to without encryption.</summary>
    public IReadOnlyList<string> PlainHttp { get; init; } = [];

    /// <summary>A registry on this machine speaks without encryption unless there is a certificate to trust; any other only where that is said.</summary>
    internal bool IsPlain(ImageReference image) => PlainHttp.Contains(image.Registry, StringComparer.OrdinalIgnoreCase) || (image.IsLoopback && Trust.Count == 0);
}

/// <summary>Speaks to one repository of a registry (OCI distribution specification 1.1): manifests and blobs, both ways. Every digest is checked.</summary>
public sealed class RegistryClient : IDisposable
{
    private static readonly string s_manifests = string.Join(", ", OciMediaTypes.Index, OciMediaTypes.Manifest, OciMediaTypes.DockerIndex, OciMediaTypes.DockerManifest);

    /// <summary>A blob of tens of gigabytes over a slow line.</summary>
    private static readonly TimeSpan s_uploadPatience = TimeSpan.FromHours(6);

    private readonly NetworkClient _client;
    private readonly ImageReference _image;
    private readonly Uri _root;
    private readonly RegistryCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly HttpFiles _files;
    private AuthenticationHeaderValue? _authorization;

    private RegistryClient(NetworkClient client, ImageReference image, RegistryOptions options, TimeProvider time)
    {
        (_client, _image, _time) = (client, image, time);
        _files = new HttpFiles(client, time) { ComparesValidators = false };
        _credentials = options.Credentials;
        _root = new Uri($"{(options.IsPlain(image) ? "http" : "https")}://{image.Host}/v2/{image.Repository}/");
    }

    /// <summary>The registry and the repository in it.</summary>
    public (string Registry, string Repository) Place => (_image.Registry, _image.Repository);

    /// <summary>A client for the repository of <paramref name="image"/>, or what is wrong with the certificates.</summary>
    public static (RegistryClient? Client, ModelFailure? Failure) Create(ImageReference image, RegistryOptions options, TimeProvider time)
    {
        var (client, failure) = NetworkClient.Create(options.Network, new ConnectOptions { Credentials = options.Trust }, new ModelSource.Oci(image.ToString()));
        return client is null ? (null, failure) : (new RegistryClient(client, image, options, time), null);
    }

    /// <summary>The bytes of a manifest or index, by tag or digest, with what it is.</summary>
    public async Task<(OciDescriptor? Descriptor, byte[] Bytes, ModelFailure? Failure)> GetManifestAsync(string wanted, CancellationToken cancellationToken)
    {
        var ask = new Ask(HttpMethod.Get, new Uri(_root, $"manifests/{wanted}"))
        {
            Accept = s_manifests,
        };
        using var exchange = await SendAsync(ask, "pull", cancellationToken);
        if (Fault(exchange) is { } failure)
        {
            return (null, [], failure);
        }

        var bytes = await ReadAsync(exchange.Answer!.Content, OciJson.MostBytes, cancellationToken);
        if (bytes is null)
        {
            return (null, [], new ModelFailure(FailureKind.Invalid, $"{_image} has a manifest of more than {OciJson.MostBytes} bytes."));
        }

        var digest = OciDigest.Of(bytes);
        if (OciDigest.IsValid(wanted) && wanted != digest)
        {
            return (null, [], new ModelFailure(FailureKind.Corrupt, $"{_image}: the registry sent a manifest with the digest {digest} where {wanted} was asked for."));
        }

        return (new OciDescriptor { MediaType = exchange.Answer.Content.Headers.ContentType?.MediaType ?? OciMediaTypes.Manifest, Digest = digest, Size = bytes.Length }, bytes, null);
    }

    /// <summary>Whether a tag still names what has that digest: asked by its head alone, which costs a registry next to nothing.</summary>
    public async Task<bool> IsStillAsync(string tag, string digest, CancellationToken cancellationToken)
    {
        var ask = new Ask(HttpMethod.Head, new Uri(_root, $"manifests/{tag}")) { Accept = s_manifests, IfNoneMatch = $"\"{digest}\"" };
        using var exchange = await SendAsync(ask, "pull", cancellationToken);
        return exchange.Answer is { } answer
            && (answer.StatusCode == HttpStatusCode.NotModified || (answer.IsSuccessStatusCode && answer.Headers.TryGetValues("Docker-Content-Digest", out var said) && said.Contains(digest, StringComparer.Ordinal)));
    }

    /// <summary>Opens a blob for reading. Whoever reads it checks its digest.</summary>
    public async Task<(Stream? Content, ModelFailure? Failure)> OpenBlobAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        var exchange = await SendAsync(new Ask(HttpMethod.Get, new Uri(_root, $"blobs/{blob.Digest}")), "pull", cancellationToken);
        if (Fault(exchange) is { } failure)
        {
            exchange.Dispose();
            return (null, failure);
        }

        return (await exchange.Answer!.Content.ReadAsStreamAsync(cancellationToken), null);
    }

    /// <summary>The whole of a small blob; null where it cannot be read, or is not what its digest says.</summary>
    internal async Task<byte[]?> ReadBlobAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        using var exchange = await SendAsync(new Ask(HttpMethod.Get, new Uri(_root, $"blobs/{blob.Digest}")), "pull", cancellationToken);
        return Fault(exchange) is null && await ReadAsync(exchange.Answer!.Content, OciJson.MostBytes, cancellationToken) is { } bytes && OciDigest.Of(bytes) == blob.Digest ? bytes : null;
    }

    /// <summary>What refers to a manifest (OCI distribution specification 1.1); of a registry that does not list it, what its clients listed under a tag.</summary>
    public async Task<(IReadOnlyList<OciDescriptor>? Referrers, ModelFailure? Failure)> ListReferrersAsync(string digest, CancellationToken cancellationToken)
    {
        using var exchange = await SendAsync(new Ask(HttpMethod.Get, new Uri(_root, $"referrers/{digest}")) { Accept = OciMediaTypes.Index }, "pull", cancellationToken);
        if (exchange.Answer is { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed })
        {
            var (_, bytes, failure) = await GetManifestAsync(OciDigest.AsTag(digest), cancellationToken);
            return failure is { Kind: not FailureKind.NotFound } ? (null, failure) : (failure is null ? OciJson.ReadIndex(bytes)?.Manifests ?? [] : [], null);
        }

        return Fault(exchange) is { } refused
            ? (null, refused)
            : (OciJson.ReadIndex(await ReadAsync(exchange.Answer!.Content, OciJson.MostBytes, cancellationToken) ?? [])?.Manifests ?? [], null);
    }

    /// <summary>Opens a part of a blob, as the transfer engine asks for it. A token that ended meanwhile is renewed.</summary>
    internal async Task<OpenResult> OpenRangeAsync(RemoteFile file, string digest, long offset, long? length, CancellationToken cancellationToken)
    {
        var result = await OpenAsync();
        if (result is not OpenResult.Failed { Failure.Kind: FailureKind.Unauthorized })
        {
            return result;
        }

        // Asking for the blob's head signs in again.
        return await HasBlobAsync(digest, "pull", cancellationToken) ? await OpenAsync() : result;

        Task<OpenResult> OpenAsync() => _files.OpenAsync(new Uri(_root, $"blobs/{digest}"), message => message.Headers.Authorization = _authorization, file, offset, length, cancellationToken);
    }

    public Task<bool> HasBlobAsync(string digest, CancellationToken cancellationToken) => HasBlobAsync(digest, "pull,push", cancellationToken);

    private async Task<bool> HasBlobAsync(string digest, string actions, CancellationToken cancellationToken)
    {
        using var exchange = await SendAsync(new Ask(HttpMethod.Head, new Uri(_root, $"blobs/{digest}")), actions, cancellationToken);
        return exchange.Answer?.IsSuccessStatusCode == true;
    }

    /// <summary>Sends a blob in one request. The registry checks its digest.</summary>
    /// <param name="blob">What it is.</param>
    /// <param name="open">Opens it for reading, as often as the request has to be made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ModelFailure?> PushBlobAsync(OciDescriptor blob, Func<Stream> open, CancellationToken cancellationToken)
    {
        var (place, refused) = await BeginUploadAsync(cancellationToken);
        if (place is null)
        {
            return refused;
        }

        var put = new Ask(HttpMethod.Put, WithDigest(place, blob.Digest))
        {
            Patience = s_uploadPatience,
            Body = () => new StreamContent(open(), 128 * 1024) { Headers = { ContentLength = blob.Size, ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        };
        using var ended = await SendAsync(put, "pull,push", cancellationToken);
        return Fault(ended);
    }

    /// <summary>Sends a blob whose digest is only known when all of it was read: in one stream, and its digest after it.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="digest">Says what they hash to, once they were read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ModelFailure?> PushBlobAsync(Stream content, long size, Func<string> digest, CancellationToken cancellationToken)
    {
        var (place, refused) = await BeginUploadAsync(cancellationToken);
        if (place is null)
        {
            return refused;
        }

        var patch = new Ask(HttpMethod.Patch, place)
        {
            Patience = s_uploadPatience,
            Body = () => new StreamContent(content, 128 * 1024) { Headers = { ContentLength = size, ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        };
        using (var sent = await SendAsync(patch, "pull,push", cancellationToken))
        {
            if (Fault(sent) is { } failure)
            {
                return failure;
            }

            place = sent.Answer!.Headers.Location is { } next ? new Uri(sent.Url, next) : place;
        }

        using var ended = await SendAsync(new Ask(HttpMethod.Put, WithDigest(place, digest())) { Body = () => new ByteArrayContent([]) }, "pull,push", cancellationToken);
        return Fault(ended);
    }

    /// <summary>Lets the repository have a blob that another one of the registry has, without sending it; false where the registry does not do so.</summary>
    public async Task<bool> MountBlobAsync(string digest, string from, CancellationToken cancellationToken)
    {
        var query = $"?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}";
        using var exchange = await SendAsync(new Ask(HttpMethod.Post, new Uri(_root, "blobs/uploads/" + query)) { Body = () => new ByteArrayContent([]) }, "pull,push", cancellationToken);
        return exchange.Answer?.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>All tags of the repository; none where the registry does not know it.</summary>
    public Task<(IReadOnlyList<string>? Tags, ModelFailure? Failure)> ListTagsAsync(CancellationToken cancellationToken) =>
        ListAsync(new Uri(_root, "tags/list?n=1000"), "tags", $"repository:{_image.Repository}:pull", cancellationToken);

    /// <summary>All repositories that the registry lists.</summary>
    public Task<(IReadOnlyList<string>? Repositories, ModelFailure? Failure)> ListRepositoriesAsync(CancellationToken cancellationToken) =>
        ListAsync(new Uri(_root, "/v2/_catalog?n=1000"), "repositories", "registry:catalog:*", cancellationToken);

    /// <summary>Takes a tag, or a manifest with all its tags, away.</summary>
    public async Task<ModelFailure?> DeleteManifestAsync(string name, CancellationToken cancellationToken)
    {
        using var exchange = await SendAsync(new Ask(HttpMethod.Delete, new Uri(_root, $"manifests/{name}")), "pull,push,delete", cancellationToken);
        return exchange.Answer?.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest
            ? new ModelFailure(FailureKind.Refused, $"{_image.Registry} does not let {_image.Repository}:{name} be taken away: it is set up so, or too old to do it. Ask who runs it.")
            : exchange.Answer?.StatusCode == HttpStatusCode.NotFound ? null : Fault(exchange);
    }

    /// <summary>Puts a manifest or index under a tag or its digest.</summary>
    public async Task<ModelFailure?> PushManifestAsync(string name, OciDescriptor manifest, byte[] bytes, CancellationToken cancellationToken)
    {
        var put = new Ask(HttpMethod.Put, new Uri(_root, $"manifests/{name}"))
        {
            Body = () => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } },
        };
        using var exchange = await SendAsync(put, "pull,push", cancellationToken);
        return Fault(exchange);
    }

    public void Dispose() => _client.Dispose();

    private async Task<(Uri? Place, ModelFailure? Failure)> BeginUploadAsync(CancellationToken cancellationToken)
    {
        using var begun = await SendAsync(new Ask(HttpMethod.Post, new Uri(_root, "blobs/uploads/")) { Body = () => new ByteArrayContent([]) }, "pull,push", cancellationToken);
        return Fault(begun) is { } refused ? (null, refused)
            : begun.Answer!.Headers.Location is { } location ? (new Uri(begun.Url, location), null)
            : (null, new ModelFailure(FailureKind.Invalid, $"{_image.Registry} takes an upload and does not say where."));
    }

    private static Uri WithDigest(Uri place, string digest) => new($"{place.OriginalString}{(place.Query.Length > 0 ? "&" : "?")}digest={Uri.EscapeDataString(digest)}");

    /// <summary>A list in pages (OCI distribution specification, "Listing Tags").</summary>
    private async Task<(IReadOnlyList<string>? Names, ModelFailure? Failure)> ListAsync(Uri first, string field, string scope, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        for (var page = first; ;)
        {
            using var exchange = await SendAsync(new Ask(HttpMethod.Get, page), scope, cancellationToken);
            if (exchange.Answer?.StatusCode == HttpStatusCode.NotFound)
            {
                return ([], null);
            }

            if (Fault(exchange) is { } failure)
            {
                return (null, failure);
            }

            if (NamesOf(await ReadAsync(exchange.Answer!.Content, OciJson.MostBytes, cancellationToken) ?? [], field) is not { } more)
            {
                return (null, new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(page)} does not answer as a registry does. Check the address."));
            }

            names.AddRange(more);
            if (more.Count == 0 || NextOf(exchange.Answer) is not { } next)
            {
                return (names, null);
            }

            page = new Uri(page, next);
        }
    }

    private static List<string>? NamesOf(byte[] json, string field)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return !document.RootElement.TryGetProperty(field, out var list) || list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(name => name.GetString()).OfType<string>()];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Where the next page is: the address of the header <c>Link</c> (RFC 8288).</summary>
    private static string? NextOf(HttpResponseMessage answer) =>
        answer.Headers.NonValidated.TryGetValues("Link", out var link) && link.ToString() is { } text && text.Contains("next", StringComparison.Ordinal) && text.IndexOf('<', StringComparison.Ordinal) is >= 0 and var from && text.IndexOf('>', from) is > 0 and var to
            ? text[(from + 1)..to]
            : null;

    /// <summary>Asks; signs in where the registry wants it, once, and once more where a token ended.</summary>
    private async Task<Exchange> SendAsync(Ask ask, string actions, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var exchange = await _client.SendAsync(ask with { Authorize = message => message.Headers.Authorization = _authorization }, cancellationToken);
            if (attempt > 0 || exchange.Answer is not { StatusCode: HttpStatusCode.Unauthorized } answer || RegistryChallenge.Of(answer) is not { } challenge)
            {
                return exchange;
            }

            exchange.Dispose();
            if (await SignInAsync(challenge, actions, cancellationToken) is { } failure)
            {
                return new Exchange(failure, ask.Url);
            }
        }
    }

    private async Task<ModelFailure?> SignInAsync(RegistryChallenge challenge, string actions, CancellationToken cancellationToken)
    {
        var basic = await _credentials.FindAsync(_image.Registry, _time, cancellationToken) is var (user, password) ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))) : null;
        if (!challenge.IsBearer)
        {
            _authorization = basic;
            return basic is not null ? null : new ModelFailure(FailureKind.Unauthorized, $"{_image.Registry} wants a user for {_image.Repository}. Sign in with \"docker login\" or \"podman login\", or name a file of theirs with --registry-config.");
        }

        if (challenge.TokenUrl(actions.Contains(':', StringComparison.Ordinal) ? actions : $"repository:{_image.Repository}:{actions}") is not { } url)
        {
            return new ModelFailure(FailureKind.Invalid, $"{_image.Registry} names no address for tokens.");
        }

        using var exchange = await _client.SendAsync(new Ask(HttpMethod.Get, url) { Authorize = message => message.Headers.Authorization = basic }, cancellationToken);
        if (Fault(exchange) is { } failure)
        {
            return failure;
        }

        var token = TokenOf(await ReadAsync(exchange.Answer!.Content, OciJson.MostBytes, cancellationToken) ?? []);
        _authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return token is null ? new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(url)} answered without a token.") : null;
    }

    private ModelFailure? Fault(Exchange exchange) => exchange.Failure ?? NetworkFailures.From(exchange.Answer!, exchange.Url, _time);

    private static string? TokenOf(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return ((string[])["token", "access_token"]).Select(name => document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null).FirstOrDefault(value => value is { Length: > 0 });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Null where there is more than is taken.</summary>
    private static async Task<byte[]?> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (kept.Length + read > most)
            {
                return null;
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }
}
