using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Router.OpenAi;

/// <summary>A request body held whole, up to a limit, in a pooled array: a second endpoint may need the same bytes.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    // A length that a client merely claims is not paid for in memory beyond this.
    private const int MaxClaimedBytes = 1024 * 1024;

    private byte[]? _buffer;

    private RequestBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        Bytes = buffer.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>The body, or null when it is longer than <paramref name="limit"/>.</summary>
    public static async ValueTask<RequestBody?> TryReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        // One byte more than announced, so that the last read need not grow the buffer to find the end.
        var expected = request.ContentLength is { } claimed ? (int)Math.Min(claimed + 1, MaxClaimedBytes) : FirstBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(expected);
        var length = 0;
        var kept = false;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }

                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                length += read;
                if (length > limit)
                {
                    return null;
                }

                if (read == 0)
                {
                    kept = true;
                    return new RequestBody(buffer, length);
                }
            }
        }
        finally
        {
            if (!kept)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            Bytes = default;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
