using System.Buffers;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>Hashes a file that lies on disk.</summary>
internal static class FileHash
{
    private const int BufferBytes = 1024 * 1024;

    public static async Task<ContentHashes> ReadAsync(string path, ContentDigest? expected, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var hasher = new ContentHasher(expected, RandomAccess.GetLength(handle));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var position = 0L;
            for (int read; (read = await RandomAccess.ReadAsync(handle, buffer, position, cancellationToken)) > 0; position += read)
            {
                hasher.Add(buffer.AsSpan(0, read));
            }

            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
