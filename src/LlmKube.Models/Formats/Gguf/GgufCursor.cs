using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Reads little-endian values forward from a stream; after the first failure every read gives nothing.</summary>
/// <remarks>A sticky failure keeps the reader free of exceptions for control flow: it checks where it loops.</remarks>
internal sealed class GgufCursor(Stream stream, long length, CancellationToken cancellationToken)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _next;
    private int _filled;
    private long _bufferOffset;

    public GgufReadResult.Failed? Failure { get; private set; }

    public bool Failed => Failure is not null;

    public long Position => _bufferOffset + _next;

    public long Remaining => length - Position;

    public void Fail(GgufReadResult.Failed failure) => Failure ??= failure;

    public void FailCorrupt(string what)
    {
        var at = Position.ToString(CultureInfo.InvariantCulture);
        Fail(new GgufReadResult.Corrupt(Position, $"The GGUF header is corrupt at byte {at}: {what}. Get the file again from where it came."));
    }

    public void FailTruncated(long expected)
    {
        var needed = expected.ToString(CultureInfo.InvariantCulture);
        var actual = length.ToString(CultureInfo.InvariantCulture);
        Fail(new GgufReadResult.Truncated(
            expected, length, $"The file is truncated: its GGUF header needs at least {needed} bytes and there are {actual}. Get the file again from where it came."));
    }

    public async ValueTask<ulong> NumberAsync(int width)
    {
        if (!await NeedAsync(width))
        {
            return 0;
        }

        var bytes = _buffer.AsSpan(_next, width);
        _next += width;
        return width switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
    }

    /// <summary>Reads a text of a length already checked against its limit; the claim is checked against the file here.</summary>
    public async ValueTask<string> TextAsync(int bytes)
    {
        if (!await HasAsync(bytes))
        {
            return "";
        }

        if (bytes <= _buffer.Length)
        {
            if (!await NeedAsync(bytes))
            {
                return "";
            }

            var text = Encoding.UTF8.GetString(_buffer, _next, bytes);
            _next += bytes;
            return text;
        }

        return await LongTextAsync(bytes);
    }

    public async ValueTask SkipAsync(long bytes)
    {
        if (!await HasAsync(bytes))
        {
            return;
        }

        var buffered = (int)Math.Min(bytes, _filled - _next);
        _next += buffered;
        bytes -= buffered;
        if (bytes > _buffer.Length && stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            _bufferOffset += _filled + bytes;
            _next = _filled = 0;
            return;
        }

        while (bytes > 0 && await NeedAsync(1))
        {
            var step = (int)Math.Min(bytes, _filled - _next);
            _next += step;
            bytes -= step;
        }
    }

    private async ValueTask<string> LongTextAsync(int bytes)
    {
        var whole = new byte[bytes];
        var done = 0;
        while (done < bytes && await NeedAsync(1))
        {
            var step = Math.Min(bytes - done, _filled - _next);
            _buffer.AsSpan(_next, step).CopyTo(whole.AsSpan(done));
            _next += step;
            done += step;
        }

        return Failed ? "" : Encoding.UTF8.GetString(whole);
    }

    private ValueTask<bool> HasAsync(long bytes)
    {
        if (!Failed && bytes > Remaining)
        {
            FailTruncated(bytes > long.MaxValue - Position ? long.MaxValue : Position + bytes);
        }

        return ValueTask.FromResult(!Failed);
    }

    private ValueTask<bool> NeedAsync(int bytes)
    {
        if (Failed)
        {
            return ValueTask.FromResult(false);
        }

        return _filled - _next >= bytes ? ValueTask.FromResult(true) : FillAsync(bytes);
    }

    private async ValueTask<bool> FillAsync(int bytes)
    {
        if (bytes > Remaining)
        {
            FailTruncated(Position + bytes);
            return false;
        }

        _buffer.AsSpan(_next, _filled - _next).CopyTo(_buffer);
        _bufferOffset += _next;
        _filled -= _next;
        _next = 0;
        while (_filled < bytes)
        {
            var got = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            if (got == 0)
            {
                FailTruncated(_bufferOffset + bytes);
                return false;
            }

            _filled += got;
        }

        return true;
    }
}
