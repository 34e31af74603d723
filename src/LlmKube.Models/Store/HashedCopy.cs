using System.Buffers;
using System.Security.Cryptography;

namespace LlmKube.Models.Store;

/// <summary>Writes a stream to a new file, to the disk itself, and computes its digest on the way.</summary>
internal static class HashedCopy
{
    private const int BufferBytes = 1024 * 1024;

    public static async Task<(long Size, string Sha256)> WriteAsync(Stream content, string path, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var offset = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken)) > 0)
            {
                var chunk = buffer.AsMemory(0, read);
                hash.AppendData(chunk.Span);
                await RandomAccess.WriteAsync(handle, chunk, offset, cancellationToken);
                offset += read;
                progress?.Invoke(read);
            }

            RandomAccess.FlushToDisk(handle);
            return (offset, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
