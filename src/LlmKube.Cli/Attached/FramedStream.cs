using System.Buffers.Binary;
using LlmKube.Models;

namespace LlmKube.Cli.Attached;

/// <summary>
/// Reads what was sent in frames: four bytes of length, the most significant first, and so many bytes; an empty frame ends it.
/// An attachment to a pod cannot end the pod's input, and may break: only with frames is a whole input told from one that was cut off.
/// </summary>
internal sealed class FramedStream(Stream inner) : ReadOnlyStream
{
    /// <summary>Bytes before each content.</summary>
    public const int HeaderBytes = 4;

    private int _left;
    private bool _ended;

    /// <summary>The frame that ends an input.</summary>
    public static ReadOnlyMemory<byte> End { get; } = new byte[HeaderBytes];

    public static byte[] FrameOf(ReadOnlySpan<byte> content)
    {
        var frame = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, content.Length);
        content.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>Room for a frame's length before the content that a caller put into <paramref name="buffer"/>.</summary>
    public static void WriteLength(Span<byte> buffer, int length) => BinaryPrimitives.WriteInt32BigEndian(buffer, length);

    /// <summary>One whole frame; null where the input ended before it.</summary>
    /// <exception cref="IOException">It is cut off, or longer than <paramref name="most"/>.</exception>
    public static async Task<byte[]?> ReadFrameAsync(Stream inner, int most, CancellationToken cancellationToken)
    {
        if (await ReadLengthAsync(inner, cancellationToken) is not { } length)
        {
            return null;
        }

        if (length < 0 || length > most)
        {
            throw new IOException($"A frame of {length} bytes was announced; no more than {most} are taken.");
        }

        var content = new byte[length];
        await inner.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 && !_ended)
        {
            await NextAsync(cancellationToken);
        }

        if (_ended || buffer.Length == 0)
        {
            return 0;
        }

        var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read > 0 ? read : throw CutOff();
    }

    private async Task NextAsync(CancellationToken cancellationToken)
    {
        _left = await ReadLengthAsync(inner, cancellationToken) is >= 0 and var length ? length : throw CutOff();
        _ended = _left == 0;
    }

    /// <summary>Null where the input ends before it.</summary>
    private static async Task<int?> ReadLengthAsync(Stream inner, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        return await inner.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken) < HeaderBytes ? null : BinaryPrimitives.ReadInt32BigEndian(header);
    }

    private static IOException CutOff() => new("What was sent was cut off before its end.");
}
