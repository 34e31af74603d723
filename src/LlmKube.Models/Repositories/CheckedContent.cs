using System.Security.Cryptography;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Repositories;

/// <summary>A file of a session as one stream: what is read is counted and hashed. A connection that breaks is opened again where it broke.</summary>
internal sealed class CheckedContent(IModelSession session, RemoteFile file, Action<long>? progress) : ReadOnlyStream
{
    private const int Attempts = 5;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream? _content;
    private long _position;
    private int _broken;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Why it could not be read; null while it can. Whoever sends the stream elsewhere may know no more than that it broke.</summary>
    public RepositoryException? Broken { get; private set; }

    /// <summary>What everything that was read hashes to, in lower-case hex digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                _content ??= await OpenAsync(cancellationToken);
                var read = await _content.ReadAsync(buffer, cancellationToken);
                if (read == 0 && file.SizeBytes is { } size && _position < size)
                {
                    throw new IOException($"it ended after {_position} of {size} bytes");
                }

                _hash.AppendData(buffer.Span[..read]);
                _position += read;
                progress?.Invoke(read);
                return read;
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                await CloseAsync();
                if (++_broken == Attempts)
                {
                    throw Broken = new RepositoryException(FailureKind.Unavailable, $"{file.Path} was cut off: {e.Message}. Run the same again later.");
                }
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _hash.Dispose();
        await base.DisposeAsync();
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        switch (await session.OpenAsync(file, _position, null, cancellationToken))
        {
            case OpenResult.Opened opened:
                await RepositoryFiles.SkipAsync(opened.Content, _position - opened.Offset, cancellationToken);
                return opened.Content;
            case OpenResult.Failed failed when failed.Failure.Heals:
                throw new IOException(failed.Failure.Message);
            case OpenResult.Failed failed:
                throw Broken = new RepositoryException(failed.Failure);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task CloseAsync()
    {
        if (_content is { } content)
        {
            _content = null;
            await content.DisposeAsync();
        }
    }
}
