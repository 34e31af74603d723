using System.Buffers;
using System.Runtime.InteropServices;

namespace LlmKube.Models.Formats;

/// <summary>What a stream of Zstandard frames (RFC 8878) decompresses to. There is one only where <see cref="Zstandard.IsAvailable"/>.</summary>
internal sealed class ZstandardStream(Stream inner) : ReadOnlyStream
{
    private const int BufferBytes = 128 * 1024;

    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private nint _stream = Zstandard.Create();
    private int _at;
    private int _filled;
    private bool _isBetweenFrames = true;

    /// <summary>Reads what was decompressed.</summary>
    /// <exception cref="InvalidDataException">It is no such stream.</exception>
    /// <exception cref="EndOfStreamException">It ends within a frame.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // What was decompressed may be more than there was room for, with no input left.
        int produced;
        while ((produced = buffer.Length == 0 ? 0 : Decompress(buffer.Span)) == 0 && buffer.Length > 0)
        {
            if (_at < _filled)
            {
                continue;
            }

            (_at, _filled) = (0, await inner.ReadAsync(_input.AsMemory(0, BufferBytes), cancellationToken));
            if (_filled == 0)
            {
                return _isBetweenFrames ? 0 : throw new EndOfStreamException("it ends within a frame of zstd.");
            }
        }

        return produced;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (_stream != 0)
        {
            _ = Zstandard.Free(_stream);
            _stream = 0;
            ArrayPool<byte>.Shared.Return(_input);
        }

        base.Dispose(disposing);
    }

    private unsafe int Decompress(Span<byte> buffer)
    {
        fixed (byte* output = buffer)
        fixed (byte* input = _input)
        {
            var to = new Zstandard.Piece { Memory = (nint)output, Size = (nuint)buffer.Length };
            var from = new Zstandard.Piece { Memory = (nint)input, Size = (nuint)_filled, Position = (nuint)_at };
            var result = Zstandard.Decompress(_stream, ref to, ref from);
            if (Zstandard.IsError(result) != 0)
            {
                throw new InvalidDataException($"it is no zstd: {Marshal.PtrToStringUTF8(Zstandard.ErrorName(result))}.");
            }

            // With nothing read and nothing written it only says how much more it would like.
            if (from.Position > (nuint)_at || to.Position > 0)
            {
                _isBetweenFrames = result == 0;
            }

            _at = (int)from.Position;
            return (int)to.Position;
        }
    }
}
