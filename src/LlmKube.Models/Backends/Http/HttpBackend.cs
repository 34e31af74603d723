using System.Net;
using System.Net.Http.Headers;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Formats;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.Http;

/// <summary>Reaches a file behind an http or https address.</summary>
public sealed class HttpBackend(NetworkOptions network, TimeProvider time) : IModelBackend
{
    private const string FallbackName = "model.gguf";

    public bool Serves(ModelSource source) => source is ModelSource.Http;

    public async Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken)
    {
        var written = new Uri(((ModelSource.Http)source).Url);
        var url = new UriBuilder(written) { UserName = "", Password = "", Fragment = "" }.Uri;
        var (client, wrong) = NetworkClient.Create(network, options, source);
        if (client is null)
        {
            return new ConnectResult.Failed(wrong!);
        }

        var authorize = HttpCredentials.Of(options.Credentials, written);
        var files = new List<(RemoteFile File, Uri Url)>();
        foreach (var (name, address) in Addresses(url, options.Include))
        {
            var (file, failure) = await DescribeAsync(client, new Ask(HttpMethod.Head, address) { Authorize = authorize }, cancellationToken);
            if (file is null)
            {
                client.Dispose();
                return new ConnectResult.Failed(failure!);
            }

            files.Add((name is null ? file : file with { Path = name }, address));
        }

        return new ConnectResult.Connected(new HttpSession(client, new HttpFiles(client, time), authorize, files));
    }

    /// <summary>A web server has no listing: the address is a file, or the folder of the files that are named.</summary>
    private static IEnumerable<(string? Name, Uri Url)> Addresses(Uri url, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            return names.Order(StringComparer.Ordinal).Select(name => ((string?)name, Below(url, url.AbsolutePath.TrimEnd('/'), name)));
        }

        // One file of a set that counts itself brings the others with it.
        var set = SplitFiles.SetOf(Uri.UnescapeDataString(url.Segments[^1]));
        return set.Count == 1 ? [(null, url)] : set.Select(name => ((string?)name, Below(url, url.AbsolutePath[..url.AbsolutePath.LastIndexOf('/')], name)));
    }

    private static Uri Below(Uri url, string folder, string name) => new UriBuilder(url) { Path = $"{folder}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}" }.Uri;

    /// <summary>Asks with HEAD, and for the first byte where the server does not answer that, or not enough.</summary>
    private async Task<(RemoteFile? File, ModelFailure? Failure)> DescribeAsync(NetworkClient client, Ask head, CancellationToken cancellationToken)
    {
        RemoteFile? known = null;
        using (var exchange = await client.SendAsync(head, cancellationToken))
        {
            if (exchange.Answer is not { } answer)
            {
                return (null, exchange.Failure);
            }

            if (answer.IsSuccessStatusCode)
            {
                known = Describe(answer, head.Url, answer.Content.Headers.ContentLength, answer.Headers.AcceptRanges.Contains("bytes"));
                if (known is { AcceptsRanges: true, SizeBytes: not null })
                {
                    return (known, null);
                }
            }
            else if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented)
            {
                return (null, NetworkFailures.From(answer, exchange.Url, time));
            }
        }

        using (var exchange = await client.SendAsync(head with { Method = HttpMethod.Get, Range = new RangeHeaderValue(0, 0) }, cancellationToken))
        {
            if (exchange.Answer is not { } answer)
            {
                return (null, exchange.Failure);
            }

            // An empty file has no first byte.
            if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && (known?.SizeBytes ?? answer.Content.Headers.ContentRange?.Length) == 0)
            {
                return (Describe(answer, head.Url, 0, acceptsRanges: true), null);
            }

            return NetworkFailures.From(answer, exchange.Url, time) is { } failure
                ? (null, failure)
                : (answer.StatusCode == HttpStatusCode.PartialContent
                    ? Describe(answer, head.Url, answer.Content.Headers.ContentRange?.Length, acceptsRanges: answer.Content.Headers.ContentRange?.From == 0)
                    : Describe(answer, head.Url, answer.Content.Headers.ContentLength, acceptsRanges: false), null);
        }
    }

    private static RemoteFile Describe(HttpResponseMessage answer, Uri url, long? size, bool acceptsRanges) => new(NameOf(answer, url))
    {
        SizeBytes = size,
        AcceptsRanges = acceptsRanges,
        Validator = HttpFiles.ValidatorOf(answer),
        Digest = AnnouncedDigest.Of(answer.Headers),
    };

    private static string NameOf(HttpResponseMessage answer, Uri url)
    {
        var disposition = answer.Content.Headers.ContentDisposition;
        string?[] names = [disposition?.FileNameStar, disposition?.FileName?.Trim('"'), Uri.UnescapeDataString(url.Segments[^1])];
        return names.FirstOrDefault(name => name is not null && RelativePath.IsSafe(name) && !name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('.')) ?? FallbackName;
    }
}
