using LlmKube.Models.Backends;
using Microsoft.Win32.SafeHandles;

namespace LlmKube.Models.Transfer;

/// <summary>A file that one connection reads from its beginning to its end, hashed on the way: small ones, and those of places without ranges.</summary>
internal sealed class WholeFile : IDestination, IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly ContentHasher _hasher;
    private readonly RemoteFile _file;
    private readonly ProgressMeter _meter;

    public WholeFile(string localPath, RemoteFile file, ProgressMeter meter)
    {
        (_file, _meter, LocalPath) = (file, meter, localPath);
        _handle = File.OpenHandle(localPath, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        _hasher = new ContentHasher(file.Digest, file.SizeBytes);
    }

    public string LocalPath { get; }

    public long Position { get; private set; }

    public long? Wanted => null;

    public int Reserve(int most) => _file.SizeBytes is { } size ? (int)Math.Min(most, size - Position) : most;

    public bool TryStartAnew()
    {
        _meter.Lose(Position);
        RandomAccess.SetLength(_handle, 0);
        _hasher.Finish();
        Position = 0;
        return true;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_handle, bytes, Position, cancellationToken);
        _hasher.Add(bytes.Span);
        Position += bytes.Length;
    }

    /// <summary>The hashes of what was read.</summary>
    public async Task<ContentHashes> FinishAsync(CancellationToken cancellationToken)
    {
        var hashes = _hasher.Finish();

        // Git's name of a file begins with its length, which a place that did not say it beforehand has only told by now.
        return _file is { Digest.Algorithm: DigestAlgorithm.GitBlobSha1, SizeBytes: null }
            ? await FileHash.ReadAsync(LocalPath, _file.Digest, cancellationToken)
            : hashes;
    }

    public void Dispose()
    {
        _handle.Dispose();
        _hasher.Dispose();
    }
}
