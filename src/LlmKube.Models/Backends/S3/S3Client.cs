using System.Net;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.S3;

/// <summary>Asks an object store about one bucket.</summary>
internal sealed class S3Client(NetworkClient network, S3Place place, S3Credentials? credentials, TimeProvider time)
{
    private const int MostPages = 10_000;
    private const int MostBytesOfAPage = 16 * 1024 * 1024;
    private const int MostBytesOfAnError = 64 * 1024;

    public S3Place Place => place;

    /// <summary>Null for a bucket that everybody may read.</summary>
    public Action<HttpRequestMessage>? Authorize { get; } = credentials is null ? null : new S3Signer(credentials, place.Region, time).Sign;

    /// <summary>The same for a request with a body.</summary>
    public Action<HttpRequestMessage>? AuthorizeUpload { get; } = credentials is null ? null : new S3Signer(credentials, place.Region, time).SignUpload;

    /// <summary>The object; no file and no failure where there is none under this very key.</summary>
    public async Task<(RemoteFile? File, string? Version, ModelFailure? Failure, string? OtherRegion)> HeadAsync(string key, string? versionId, CancellationToken cancellationToken)
    {
        var url = place.Object(key, versionId);
        using var exchange = await network.SendAsync(new Ask(HttpMethod.Head, url) { Authorize = AuthorizeWithChecksum }, cancellationToken);
        if (exchange.Answer is not { } answer)
        {
            return (null, null, exchange.Failure, null);
        }

        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return (null, null, null, null);
        }

        if (!answer.IsSuccessStatusCode)
        {
            var region = Header(answer, "x-amz-bucket-region");
            return (null, null, await FailureAsync(answer, url, cancellationToken), region == place.Region ? null : region);
        }

        return (
            new RemoteFile(key[(key.LastIndexOf('/') + 1)..])
            {
                SizeBytes = answer.Content.Headers.ContentLength,
                Validator = HttpFiles.ValidatorOf(answer),
                Digest = ChecksumOf(answer),
                AcceptsRanges = true,
            },
            Header(answer, "x-amz-version-id"), null, null);
    }

    /// <summary>All objects below a prefix.</summary>
    public async Task<(List<S3Entry>? Entries, ModelFailure? Failure)> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var entries = new List<S3Entry>();
        string? continuation = null;
        for (var page = 0; page < MostPages; page++)
        {
            var url = place.List(prefix, continuation);
            using var exchange = await network.SendAsync(new Ask(HttpMethod.Get, url) { Authorize = Authorize }, cancellationToken);
            if (exchange.Answer is not { } answer)
            {
                return (null, exchange.Failure);
            }

            if (!answer.IsSuccessStatusCode)
            {
                return (null, await FailureAsync(answer, url, cancellationToken));
            }

            if (await TextAsync(answer, MostBytesOfAPage, cancellationToken) is not { } text || S3Listing.Read(text) is not { } listing)
            {
                return (null, new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(url)} does not answer as an object store does. Check the endpoint."));
            }

            entries.AddRange(listing.Entries);
            if ((continuation = listing.Continuation) is null)
            {
                return (entries, null);
            }
        }

        return (null, new ModelFailure(FailureKind.Invalid, $"s3://{place.Bucket}/{prefix} has more pages than can be read. Name a longer prefix."));
    }

    /// <summary>What an answer that is no success means, in the store's own words where it gives any.</summary>
    public async Task<ModelFailure?> FailureAsync(HttpResponseMessage answer, Uri url, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return null;
        }

        var (code, message) = await TextAsync(answer, MostBytesOfAnError, cancellationToken) is { } text ? S3Listing.ReadError(text) : (null, null);
        return code switch
        {
            "NoSuchBucket" => new ModelFailure(FailureKind.NotFound, $"{place.Endpoint} has no bucket {place.Bucket}. Check the bucket's name and the endpoint."),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" => new ModelFailure(
                FailureKind.Unauthorized, $"{place.Endpoint} does not accept the credentials for {place.Bucket} ({code}: {message}). Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the Secret."),
            "RequestTimeTooSkewed" => new ModelFailure(FailureKind.Unauthorized, $"{place.Endpoint} and this machine do not agree on the time ({message}). Set this machine's clock."),
            "SlowDown" => new ModelFailure(FailureKind.Throttled, $"{place.Endpoint} asks for fewer requests.") { RetryAfter = NetworkFailures.RetryAfter(answer.Headers, time) },
            _ => NetworkFailures.From(answer, url, time, code),
        };
    }

    private void AuthorizeWithChecksum(HttpRequestMessage message)
    {
        message.Headers.TryAddWithoutValidation("x-amz-checksum-mode", "ENABLED");
        Authorize?.Invoke(message);
    }

    /// <summary>The SHA-256 of the whole object, if the store has it. One that is composed of parts ends with their number and is no digest of the bytes.</summary>
    private static ContentDigest? ChecksumOf(HttpResponseMessage answer)
    {
        Span<byte> digest = stackalloc byte[64];
        return Header(answer, "x-amz-checksum-type") is null or "FULL_OBJECT"
            && Header(answer, "x-amz-checksum-sha256") is { } text && Convert.TryFromBase64String(text, digest, out var written) && written == 32
                ? ContentDigest.Sha256(Convert.ToHexString(digest[..written]))
                : null;
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    internal static async Task<string?> TextAsync(HttpResponseMessage answer, int most, CancellationToken cancellationToken)
    {
        try
        {
            await answer.Content.LoadIntoBufferAsync(most, cancellationToken);
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
