using LlmKube.Models.Backends;

namespace LlmKube.Models.Repositories;

/// <summary>Reads files of a session to the end.</summary>
public static class RepositoryFiles
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>All bytes of a small file.</summary>
    /// <exception cref="RepositoryException">It could not be read.</exception>
    public static async Task<byte[]> ReadAsync(IModelSession content, RemoteFile file, CancellationToken cancellationToken)
    {
        await using var source = new CheckedContent(content, file, progress: null);
        using var kept = new MemoryStream();
        await source.CopyToAsync(kept, cancellationToken);
        return kept.ToArray();
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
