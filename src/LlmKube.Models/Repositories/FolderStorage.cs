using LlmKube.Models.Backends;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>Objects as files below a folder. A file gets its name when it is whole and on the disk.</summary>
internal sealed class FolderStorage(string root) : IObjectStorage
{
    private const int BufferBytes = 1024 * 1024;
    private const string Partial = ".partial";

    public string Place => root;

    public Task<IReadOnlyList<ObjectEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => Task.FromResult(Explained(prefix, () =>
    {
        var folder = PathOf(prefix);
        return (IReadOnlyList<ObjectEntry>)(!Directory.Exists(folder)
            ? []
            : [.. new DirectoryInfo(folder)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
                .Select(file => new ObjectEntry(Path.GetRelativePath(root, file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc)))
                .Where(entry => !entry.Key.Split('/').Any(part => part.StartsWith('.')))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)]);
    }));

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(key, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        if (stream.Length > VersionManifest.MostBytes)
        {
            throw new RepositoryException(FailureKind.Invalid, $"{PathOf(key)} has more than {VersionManifest.MostBytes} bytes: it is none of a repository's own files.");
        }

        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) => Task.FromResult(Explained(key, () =>
    {
        try
        {
            return (Stream?)new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }));

    public Task<bool> CreateAsync(string key, byte[] bytes, CancellationToken cancellationToken) => UploadAsync(key, bytes.Length, new MemoryStream(bytes), cancellationToken);

    public async Task ReplaceAsync(string key, byte[] bytes, CancellationToken cancellationToken) =>
        await WriteAsync(key, new MemoryStream(bytes), (partial, path) => File.Move(partial, path, overwrite: true), cancellationToken);

    public async Task<bool> UploadAsync(string key, long size, Stream content, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(key)))
        {
            return false;
        }

        var isNew = true;
        await WriteAsync(key, content, (partial, path) =>
        {
            try
            {
                // Not overwriting, it is a second name for the file first: of several writers one gets it.
                File.Move(partial, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                isNew = false;
            }
        }, cancellationToken);
        return isNew;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => Task.FromResult(Explained(key, () =>
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        // A folder without files is none in a bucket either.
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > root.Length && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
        {
            TryRemove(folder);
        }

        return true;
    }));

    public Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.FromResult(Explained("", () =>
    {
        var every = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        foreach (var partial in Directory.Exists(root) ? new DirectoryInfo(root).EnumerateFiles($".*{Partial}", every).Where(file => file.LastWriteTimeUtc < before.UtcDateTime) : [])
        {
            partial.Delete();
        }

        foreach (var incoming in Directory.Exists(root) ? new DirectoryInfo(root).EnumerateDirectories($"{RepositoryNames.IncomingPrefix}*").Where(folder => folder.LastWriteTimeUtc < before.UtcDateTime) : [])
        {
            incoming.Delete(recursive: true);
        }

        return true;
    }));

    public ModelSource SourceOf(string prefix) => new ModelSource.Local(PathOf(prefix.TrimEnd('/')));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Somebody put a file into it just now.
        }
    }

    private string PathOf(string key) => Path.Combine(root, key);

    private async Task WriteAsync(string key, Stream content, Action<string, string> publish, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var partial = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{Partial}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, BufferBytes, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            publish(partial, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException(FailureKind.Storage, $"{path} cannot be written: {e.Message}");
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private T Explained<T>(string key, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException(FailureKind.Storage, $"{PathOf(key)} cannot be read or changed: {e.Message}");
        }
    }
}
