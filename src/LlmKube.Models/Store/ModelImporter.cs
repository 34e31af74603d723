using System.Buffers;
using System.Security.Cryptography;
using LlmKube.Models.Backends;
using LlmKube.Models.Store.FileSystem;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>
/// Brings in what no backend fetches: bytes from a stream, and files of the same file system that are to be shared instead of copied.
/// (Copying a local path in is a fetch like any other.)
/// </summary>
public sealed class ModelImporter(ModelStore store)
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>Stores one file from a stream, such as standard input, under <paramref name="fileName"/>.</summary>
    public async Task<FetchResult> FromStreamAsync(
        Stream content, string fileName, string cacheKey, string source, string? sha256, Action<long>? progress, CancellationToken cancellationToken)
    {
        await using var held = await store.LockAsync(cacheKey, null, cancellationToken);
        var folder = Directory.CreateDirectory(store.Layout.PartialFolder(cacheKey)).FullName;
        var path = Path.Combine(folder, $"stream-{Guid.NewGuid():N}");
        try
        {
            var (size, digest) = await WriteAsync(content, path, progress, cancellationToken);
            if (sha256 is not null && !sha256.Equals(digest, StringComparison.OrdinalIgnoreCase))
            {
                return new FetchResult.Failed(new ModelFailure(
                    FailureKind.Corrupt, $"the {size} bytes that came hash to {digest}, not to {sha256} as asked for. Nothing was stored."));
            }

            return new FetchResult.Stored(store.Publish(cacheKey, source, null, [new FetchedFile(fileName, path, size, digest, null)]), size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FetchResult.Failed(StoreFailures.From(e, store.Layout.Root));
        }
        finally
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>
    /// Makes a file or a folder a model of the store without moving or reading its bytes: as a copy that shares its blocks, else as
    /// further names of the same files, which must then not be changed any more. Their digests are computed by the first verification.
    /// Fails where the file system can do neither.
    /// </summary>
    public async Task<FetchResult> ShareAsync(string path, string cacheKey, string source, CancellationToken cancellationToken)
    {
        var root = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var files = Directory.Exists(path)
            ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null && !file.Name.StartsWith('.')).ToList()
            : [new FileInfo(path)];
        if (files.Count == 0 || !files[0].Exists)
        {
            return new FetchResult.Failed(new ModelFailure(FailureKind.NotFound, $"there is no file at {path} to import."));
        }

        await using var held = await store.LockAsync(cacheKey, null, cancellationToken);
        try
        {
            return store.PublishShared(cacheKey, source, [.. files.Select(file => (Path.GetRelativePath(root, file.FullName), file.FullName))]) is { } model
                ? new FetchResult.Stored(model, 0)
                : new FetchResult.Failed(new ModelFailure(
                    FailureKind.Storage,
                    $"{path} cannot be shared with the store at {store.Layout.Root}: they are on different file systems, or theirs has no links. Import it without --link to copy it."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FetchResult.Failed(StoreFailures.From(e, store.Layout.Root));
        }
    }

    internal static bool TryShare(string existing, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(name)!);
        return Links.TryReflink(existing, name) || Links.TryHardLink(existing, name);
    }

    private static async Task<(long Size, string Sha256)> WriteAsync(Stream content, string path, Action<long>? progress, CancellationToken cancellationToken)
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
