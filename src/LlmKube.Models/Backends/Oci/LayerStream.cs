using LlmKube.Models.Oci;

namespace LlmKube.Models.Backends.Oci;

/// <summary>A layer in a registry as a stream that can be sought in: each piece that is read is asked for, and only so many pieces are.</summary>
internal sealed class LayerStream(RegistryClient client, RemoteFile file, OciDescriptor layer, int mostPieces) : ReadOnlyStream
{
    private const int PieceBytes = 64 * 1024;

    private byte[] _piece = [];
    private long _begin;
    private int _asked;

    public override bool CanSeek => true;

    public override long Length => layer.Size;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length)
        {
            return 0;
        }

        if (Position < _begin || Position >= _begin + _piece.Length)
        {
            await AskAsync(cancellationToken);
        }

        var from = (int)(Position - _begin);
        var count = Math.Min(buffer.Length, _piece.Length - from);
        _piece.AsMemory(from, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        if (_asked++ == mostPieces)
        {
            throw new IOException("Enough of the layer was looked at.");
        }

        var length = Math.Min(PieceBytes, Length - Position);
        if (await client.OpenRangeAsync(file, layer.Digest, Position, length, cancellationToken) is not OpenResult.Opened opened)
        {
            throw new IOException("The layer could not be read.");
        }

        await using (opened.Content)
        {
            if (opened.Offset != Position)
            {
                throw new IOException("The registry does not answer ranges.");
            }

            var piece = new byte[length];
            var read = await opened.Content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken);
            (_piece, _begin) = (piece[..read], Position);
            if (read == 0)
            {
                throw new IOException("The layer is shorter than it was said to be.");
            }
        }
    }
}
