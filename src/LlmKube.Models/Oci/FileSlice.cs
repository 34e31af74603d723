namespace LlmKube.Models.Oci;

/// <summary>A part of a file, read as a stream of its own.</summary>
internal sealed class FileSlice : ReadOnlyStream
{
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file;
    private readonly long _begin;
    private long _position;

    public FileSlice(string path, long offset, long length)
    {
        _file = File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        (_begin, Length) = (offset, length);
    }

    public override bool CanSeek => true;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RandomAccess.ReadAsync(_file, buffer[..(int)Math.Min(buffer.Length, Math.Max(0, Length - _position))], _begin + _position, cancellationToken);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = RandomAccess.Read(_file, buffer.AsSpan(offset, (int)Math.Min(count, Math.Max(0, Length - _position))), _begin + _position);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
