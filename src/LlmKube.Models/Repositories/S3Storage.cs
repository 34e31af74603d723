using System.Net;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.S3;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>Objects of a bucket below a prefix. What is not to be replaced is written on the condition that it is not there, where the store knows conditions.</summary>
internal sealed class S3Storage(NetworkClient network, S3Client client, ModelSource.S3 origin, string prefix, TimeProvider time) : IObjectStorage
{
    public string Place => $"s3://{origin.Bucket}/{prefix}".TrimEnd('/');

    public async Task<IReadOnlyList<ObjectEntry>> ListAsync(string below, CancellationToken cancellationToken)
    {
        var (entries, failure) = await client.ListAsync(prefix + below, cancellationToken);
        return entries is null
            ? throw new RepositoryException(failure!)
            : [.. entries.Where(entry => entry.Key.Length > prefix.Length && !entry.Key.EndsWith('/')).Select(entry => new ObjectEntry(entry.Key[prefix.Length..], entry.SizeBytes, entry.Modified)).OrderBy(entry => entry.Key, StringComparer.Ordinal)];
    }

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) => (await ReadAsync(key, null, cancellationToken)).Bytes;

    public Task<ObjectRead> ReadAsync(string key, string? validator, CancellationToken cancellationToken) => Patience.AskAsync(() => ReadOnceAsync(key, validator, cancellationToken), time, cancellationToken);

    private async Task<ObjectRead> ReadOnceAsync(string key, string? validator, CancellationToken cancellationToken)
    {
        using var exchange = await GetAsync(key, validator, cancellationToken);
        if (exchange?.Answer is not { } answer || answer.StatusCode == HttpStatusCode.NotModified)
        {
            return new ObjectRead(null, null, IsUnchanged: exchange is not null);
        }

        using var kept = new MemoryStream();
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0 && kept.Length <= VersionManifest.MostBytes)
            {
                kept.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RepositoryException(FailureKind.Unavailable, $"{Place}/{key} was cut off: {e.Message}");
        }

        return kept.Length > VersionManifest.MostBytes
            ? throw new RepositoryException(FailureKind.Invalid, $"{Place}/{key} has more than {VersionManifest.MostBytes} bytes: it is none of a repository's own objects.")
            : new ObjectRead(kept.ToArray(), answer.Headers.ETag?.ToString(), IsUnchanged: false);
    }

    public async Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) =>
        await GetAsync(key, null, cancellationToken) is { } exchange ? await exchange.Answer!.Content.ReadAsStreamAsync(cancellationToken) : null;

    /// <summary>An answer that has the object, or says that it is unchanged; null where there is none.</summary>
    private async Task<Exchange?> GetAsync(string key, string? validator, CancellationToken cancellationToken)
    {
        var exchange = await network.SendAsync(new Ask(HttpMethod.Get, client.Place.Object(prefix + key, null)) { Authorize = client.Authorize, IfNoneMatch = validator }, cancellationToken);
        if (exchange.Answer is { StatusCode: HttpStatusCode.NotFound } missing && await client.FailureAsync(missing, exchange.Url, cancellationToken) is { } why && !why.Message.Contains("no bucket", StringComparison.Ordinal))
        {
            exchange.Dispose();
            return null;
        }

        if (exchange.Answer?.StatusCode != HttpStatusCode.NotModified)
        {
            await CheckAsync(exchange, cancellationToken);
        }

        return exchange;
    }

    public Task<bool> CreateAsync(string key, byte[] bytes, CancellationToken cancellationToken) => UploadAsync(key, bytes.Length, new MemoryStream(bytes), cancellationToken);

    public Task ReplaceAsync(string key, byte[] bytes, CancellationToken cancellationToken) => Patience.AskAsync(
        async () =>
        {
            using var exchange = await PutAsync(client.Place.Object(prefix + key, null), bytes, ifAbsent: false, cancellationToken);
            await CheckAsync(exchange, cancellationToken);
            return true;
        },
        time,
        cancellationToken);

    public async Task<bool> UploadAsync(string key, long size, Stream content, CancellationToken cancellationToken)
    {
        // Not every store knows conditions: that it is there already is asked for as well.
        var (there, _, failure, _) = await client.HeadAsync(prefix + key, null, cancellationToken);
        if (failure is not null)
        {
            throw new RepositoryException(failure);
        }

        if (there is not null)
        {
            return false;
        }

        if (size > S3Upload.PartBytes(size))
        {
            return await new S3Upload(network, client, prefix + key, time).SendAsync(size, content, cancellationToken);
        }

        var bytes = new byte[size];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        var exchange = await PutAsync(client.Place.Object(prefix + key, null), bytes, ifAbsent: true, cancellationToken);
        if (exchange.Answer?.StatusCode == HttpStatusCode.NotImplemented)
        {
            exchange.Dispose();
            exchange = await PutAsync(client.Place.Object(prefix + key, null), bytes, ifAbsent: false, cancellationToken);
        }

        using (exchange)
        {
            if (S3Upload.IsRefusedAsPresent(exchange.Answer))
            {
                return false;
            }

            await CheckAsync(exchange, cancellationToken);
            return true;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        using var exchange = await network.SendAsync(new Ask(HttpMethod.Delete, client.Place.Object(prefix + key, null)) { Authorize = client.Authorize }, cancellationToken);
        if (exchange.Answer?.StatusCode != HttpStatusCode.NotFound)
        {
            await CheckAsync(exchange, cancellationToken);
        }
    }

    public ModelSource SourceOf(string below) => origin with { Key = prefix + below, VersionId = null };

    public ValueTask DisposeAsync()
    {
        network.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<Exchange> PutAsync(Uri url, byte[] bytes, bool ifAbsent, CancellationToken cancellationToken) => network.SendAsync(
        new Ask(HttpMethod.Put, url)
        {
            Body = () => new ByteArrayContent(bytes),
            Authorize = message =>
            {
                if (ifAbsent)
                {
                    message.Headers.TryAddWithoutValidation("If-None-Match", "*");
                }

                client.AuthorizeUpload?.Invoke(message);
            },
        },
        cancellationToken);

    private async Task CheckAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.Failure is { } unreachable)
        {
            throw new RepositoryException(unreachable);
        }

        if (await client.FailureAsync(exchange.Answer!, exchange.Url, cancellationToken) is { } failure)
        {
            exchange.Dispose();
            throw new RepositoryException(failure);
        }
    }
}
