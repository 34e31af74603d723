using LlmKube.Models.Backends;

namespace LlmKube.Models.Repositories;

/// <summary>Reads files of a session to the end.</summary>
public static class RepositoryFiles
{
    private const int BufferBytes = 1024 * 1024;
    private const int SkippedBytes = 128 * 1024;

    /// <summary>All bytes of a small file.</summary>
    /// <exception cref="RepositoryException">It could not be read.</exception>
    public static async Task<byte[]> ReadAsync(IModelSession content, RemoteFile file, CancellationToken cancellationToken)
    {
        await using var source = new CheckedContent(content, file, progress: null);
        using var kept = new MemoryStream();
        await source.CopyToAsync(kept, cancellationToken);
        return kept.ToArray();
    }

    /// <summary>A file as it announces itself, and only where it does not, as it hashes.</summary>
    /// <exception cref="RepositoryException">It could not be read.</exception>
    public static async Task<VersionFile> DescribeAsync(IModelSession content, RemoteFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (file is not { Digest: { Algorithm: DigestAlgorithm.Sha256 } announced, SizeBytes: { } size })
        {
            return await HashAsync(content, file, progress, cancellationToken);
        }

        progress?.Invoke(size);
        return new VersionFile(file.Path, size, announced.Hex);
    }

    /// <summary>Reads on to where a part was asked for: a place that knows no ranges sends the file from an earlier byte.</summary>
    /// <exception cref="EndOfStreamException">The file ends before that.</exception>
    public static async Task SkipAsync(Stream content, long bytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(bytes, SkippedBytes)];
        while (bytes > 0)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(bytes, buffer.Length)), cancellationToken);
            bytes -= read > 0 ? read : throw new EndOfStreamException("it ended before the place that was asked for");
        }
    }

    /// <summary>Its length and what its bytes hash to.</summary>
    /// <exception cref="RepositoryException">It could not be read.</exception>
    public static async Task<VersionFile> HashAsync(IModelSession content, RemoteFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        await using var source = new CheckedContent(content, file, progress);
        var buffer = new byte[BufferBytes];
        while (await source.ReadAsync(buffer, cancellationToken) > 0)
        {
        }

        return new VersionFile(file.Path, source.Position, source.Sha256);
    }
}
