using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace LlmKube.Models.Backends.Network;

/// <summary>Opens parts of files that are served over HTTP, and remembers where redirects led, as long as that holds.</summary>
internal sealed class HttpFiles(NetworkClient client, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Uri> _led = new(StringComparer.Ordinal);

    /// <summary>What an answer that is no success means; a backend that knows how its place says it sets this.</summary>
    public Func<HttpResponseMessage, Uri, CancellationToken, Task<ModelFailure?>> Explain { get; init; } =
        (answer, url, _) => Task.FromResult(NetworkFailures.From(answer, url, time));

    /// <summary>Whether the entity tags of the answers are those that the files were described with.</summary>
    public bool ComparesValidators { get; init; } = true;

    /// <summary>Opens the file at <paramref name="url"/>; credentials go only to that address's host.</summary>
    public async Task<OpenResult> OpenAsync(Uri url, Action<HttpRequestMessage>? authorize, RemoteFile file, long offset, long? length, CancellationToken cancellationToken)
    {
        var ask = new Ask(HttpMethod.Get, url)
        {
            Authorize = authorize,
            Range = offset == 0 && length is null ? null : new RangeHeaderValue(offset, length is { } count ? offset + count - 1 : null),
            IfRange = ComparesValidators && file.Validator is ['"', ..] ? file.Validator : null,
        };
        if (_led.TryGetValue(file.Path, out var known))
        {
            // Only an address on another host is remembered: no credential belongs to it, and one that is signed there expires.
            var direct = await OpenAsync(ask with { Url = known, Authorize = null }, file, offset, cancellationToken);
            if (direct is not OpenResult.Failed { Failure.Kind: FailureKind.Unauthorized or FailureKind.Forbidden or FailureKind.NotFound or FailureKind.Invalid })
            {
                return direct;
            }

            _led.TryRemove(file.Path, out _);
        }

        return await OpenAsync(ask, file, offset, cancellationToken);
    }

    private async Task<OpenResult> OpenAsync(Ask ask, RemoteFile file, long offset, CancellationToken cancellationToken)
    {
        var exchange = await client.SendAsync(ask, cancellationToken);
        if (exchange.Answer is not { } answer)
        {
            return new OpenResult.Failed(exchange.Failure!);
        }

        if (!NetworkClient.SameOrigin(exchange.Url, ask.Url))
        {
            _led[file.Path] = exchange.Url;
        }

        if (await FaultAsync(answer, exchange.Url, file, offset, cancellationToken) is { } failure)
        {
            exchange.Dispose();
            return new OpenResult.Failed(failure);
        }

        var range = answer.StatusCode == HttpStatusCode.PartialContent ? answer.Content.Headers.ContentRange : null;
        return new OpenResult.Opened(await answer.Content.ReadAsStreamAsync(cancellationToken), range?.From ?? 0)
        {
            FileSizeBytes = range is null ? answer.Content.Headers.ContentLength : range.Length,
            Validator = ComparesValidators ? ValidatorOf(answer) : null,
        };
    }

    private async Task<ModelFailure?> FaultAsync(HttpResponseMessage answer, Uri url, RemoteFile file, long offset, CancellationToken cancellationToken)
    {
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return new ModelFailure(FailureKind.Changed, $"{NetworkClient.Shown(url)} has no byte {offset} any more: {file.Path} changed at its place.");
        }

        if (!answer.IsSuccessStatusCode)
        {
            return await Explain(answer, url, cancellationToken);
        }

        if (answer.Content.Headers.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            return new ModelFailure(
                FailureKind.Invalid, $"{NetworkClient.Shown(url)} sends {file.Path} with Content-Encoding {string.Join(", ", answer.Content.Headers.ContentEncoding)}, although the plain bytes were asked for. Turn the compression off on the server or proxy.");
        }

        return answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From is null
            ? new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(url)} answers a part of {file.Path} without saying which (no Content-Range).")
            : null;
    }

    /// <summary>The entity tag as it stands, else the time of the last change; null where the answer has neither.</summary>
    public static string? ValidatorOf(HttpResponseMessage answer) =>
        answer.Headers.ETag?.ToString()
        ?? (answer.Headers.NonValidated.TryGetValues("ETag", out var odd) ? odd.ToString() : null)
        ?? answer.Content.Headers.LastModified?.ToString("r", System.Globalization.CultureInfo.InvariantCulture);
}
