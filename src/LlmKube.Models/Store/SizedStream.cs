namespace LlmKube.Models.Store;

/// <summary>A stream that is read from its beginning to its end, of which it is known how much there is. An archive is told the size of a file before its bytes.</summary>
internal sealed class SizedStream(Stream inner, long size) : ReadOnlyStream
{
    private long _position;

    /// <summary>What writes archives asks those streams alone for their size.</summary>
    public override bool CanSeek => true;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _position += read;
        return read > 0 || buffer.Length == 0 || _position == size ? read : throw new IOException($"It ended after {_position} of {size} bytes.");
    }
}
