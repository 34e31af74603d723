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
    /// <summary>Stores one file from a stream, such as standard input, under <paramref name="fileName"/>.</summary>
    public async Task<FetchResult> FromStreamAsync(
        Stream content, string fileName, string cacheKey, string source, string? sha256, Action<long>? progress, CancellationToken cancellationToken)
    {
        await using var held = await store.LockAsync(cacheKey, null, cancellationToken);
        var folder = Directory.CreateDirectory(store.Layout.PartialFolder(cacheKey)).FullName;
        var path = Path.Combine(folder, $"stream-{Guid.NewGuid():N}");
        try
        {
            var (size, digest) = await HashedCopy.WriteAsync(content, path, progress, cancellationToken);
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

    /// <summary>Stores the files of a tar archive that comes from a stream.</summary>
    public async Task<FetchResult> FromArchiveAsync(Stream archive, string cacheKey, string source, string? sha256, CancellationToken cancellationToken, string? revision = null)
    {
        await using var held = await store.LockAsync(cacheKey, null, cancellationToken);
        var folder = Path.Combine(store.Layout.PartialFolder(cacheKey), $"archive-{Guid.NewGuid():N}");
        try
        {
            var (files, failure) = await ModelArchive.ReadAsync(archive, folder, cancellationToken);
            if (failure is null && sha256 is not null && !files.Any(file => sha256.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase)))
            {
                failure = new ModelFailure(FailureKind.Corrupt, $"none of the {files.Count} files that came hashes to {sha256} as asked for. Nothing was stored.");
            }

            return failure is null
                ? new FetchResult.Stored(store.Publish(cacheKey, source, revision, files), files.Sum(file => file.SizeBytes))
                : new FetchResult.Failed(failure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FetchResult.Failed(StoreFailures.From(e, store.Layout.Root));
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
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
            ? ModelArchive.FilesOf(path)
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
}
