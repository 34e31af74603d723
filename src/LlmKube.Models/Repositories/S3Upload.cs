using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.S3;

namespace LlmKube.Models.Repositories;

/// <summary>
/// Sends an object in parts, several at a time (docs.aws.amazon.com, "Multipart upload overview"). It is there when all of them are; when
/// one fails for good, the others are taken away.
/// </summary>
internal sealed class S3Upload(NetworkClient network, S3Client client, string key, TimeProvider time)
{
    private const int AtATime = 4;
    private const int Attempts = 4;
    private const int MostParts = 9_000;
    private const int LeastPartBytes = 16 * 1024 * 1024;
    private const int MostBytesOfAnAnswer = 1024 * 1024;

    /// <summary>Bytes of one part of an object of <paramref name="size"/>.</summary>
    public static long PartBytes(long size) => Math.Max(LeastPartBytes, (size / MostParts) + 1);

    /// <summary>Whether an answer says that the object is there already.</summary>
    public static bool IsRefusedAsPresent(HttpResponseMessage? answer) => answer?.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict;

    /// <summary>Sends it; false where another writer's object was there first.</summary>
    public async Task<bool> SendAsync(long size, Stream content, CancellationToken cancellationToken)
    {
        var upload = await BeginAsync(cancellationToken);
        var isWhole = false;
        try
        {
            return isWhole = await CompleteAsync(upload, await SendPartsAsync(upload, size, content, cancellationToken), cancellationToken);
        }
        finally
        {
            if (!isWhole)
            {
                using var ended = await network.SendAsync(new Ask(HttpMethod.Delete, client.Place.Upload(key, upload)) { Authorize = client.Authorize }, CancellationToken.None);
            }
        }
    }

    private async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        using var exchange = await network.SendAsync(new Ask(HttpMethod.Post, client.Place.Uploads(key)) { Body = () => new ByteArrayContent([]), Authorize = client.AuthorizeUpload }, cancellationToken);
        if (await FaultAsync(exchange, cancellationToken) is { } failure)
        {
            throw new RepositoryException(failure);
        }

        return await S3Client.TextAsync(exchange.Answer!, MostBytesOfAnAnswer, cancellationToken) is { } text && S3Listing.ReadUpload(text) is { } upload
            ? upload
            : throw new RepositoryException(FailureKind.Invalid, $"{NetworkClient.Shown(exchange.Url)} does not begin an upload in parts as an object store does. Check the endpoint.");
    }

    private async Task<string[]> SendPartsAsync(string upload, long size, Stream content, CancellationToken cancellationToken)
    {
        var partBytes = PartBytes(size);
        var tags = new string[(size + partBytes - 1) / partBytes];
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var room = new SemaphoreSlim(AtATime);
        var sending = new List<Task>();
        try
        {
            for (var number = 1; number <= tags.Length; number++)
            {
                await room.WaitAsync(stopping.Token);
                if (sending.Find(task => task.IsFaulted) is { } broken)
                {
                    await broken;
                }

                var count = (int)Math.Min(partBytes, size - ((number - 1) * partBytes));
                var bytes = ArrayPool<byte>.Shared.Rent(count);
                await content.ReadExactlyAsync(bytes.AsMemory(0, count), stopping.Token);
                sending.Add(SendPartAsync(number, bytes, count));
            }

            await Task.WhenAll(sending);
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(sending).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return tags;

        async Task SendPartAsync(int number, byte[] bytes, int count)
        {
            try
            {
                tags[number - 1] = await PartAsync(upload, number, bytes, count, stopping.Token);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
                room.Release();
            }
        }
    }

    private async Task<string> PartAsync(string upload, int number, byte[] bytes, int count, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var exchange = await network.SendAsync(new Ask(HttpMethod.Put, client.Place.Part(key, upload, number)) { Body = () => new ByteArrayContent(bytes, 0, count), Authorize = client.AuthorizeUpload }, cancellationToken);
            var failure = await FaultAsync(exchange, cancellationToken);
            if (failure is null && HttpFiles.ValidatorOf(exchange.Answer!) is { } tag)
            {
                return tag;
            }

            failure ??= new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(exchange.Url)} takes a part of {key} and does not say its ETag.");
            if (!failure.Heals || attempt == Attempts)
            {
                throw new RepositoryException(failure);
            }

            await Task.Delay(failure.RetryAfter ?? TimeSpan.FromSeconds(attempt), time, cancellationToken);
        }
    }

    private async Task<bool> CompleteAsync(string upload, string[] tags, CancellationToken cancellationToken)
    {
        var list = new StringBuilder("<CompleteMultipartUpload>");
        for (var i = 0; i < tags.Length; i++)
        {
            list.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{i + 1}</PartNumber><ETag>{System.Security.SecurityElement.Escape(tags[i])}</ETag></Part>");
        }

        var bytes = Encoding.UTF8.GetBytes(list.Append("</CompleteMultipartUpload>").ToString());
        using var exchange = await network.SendAsync(
            new Ask(HttpMethod.Post, client.Place.Upload(key, upload))
            {
                Body = () => new ByteArrayContent(bytes),
                Authorize = message =>
                {
                    message.Headers.TryAddWithoutValidation("If-None-Match", "*");
                    client.AuthorizeUpload?.Invoke(message);
                },
            },
            cancellationToken);
        if (IsRefusedAsPresent(exchange.Answer))
        {
            return false;
        }

        if (await FaultAsync(exchange, cancellationToken) is { } failure)
        {
            throw new RepositoryException(failure);
        }

        return await S3Client.TextAsync(exchange.Answer!, MostBytesOfAnAnswer, cancellationToken) is { } text && S3Listing.IsCompleted(text)
            ? true
            : throw new RepositoryException(FailureKind.Unavailable, $"{NetworkClient.Shown(exchange.Url)} did not put the parts of {key} together. Try again.");
    }

    private async Task<ModelFailure?> FaultAsync(Exchange exchange, CancellationToken cancellationToken) =>
        exchange.Failure ?? await client.FailureAsync(exchange.Answer!, exchange.Url, cancellationToken);
}
