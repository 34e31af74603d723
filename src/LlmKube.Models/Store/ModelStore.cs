using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Store.FileSystem;
using LlmKube.Models.Store.Locking;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>
/// A model store: one folder tree that a laptop, a host path or a volume holds, shared by processes and machines. A model is visible
/// whole and verified, or not at all.
/// </summary>
public sealed class ModelStore(ModelStoreLayout layout, TimeProvider time)
{
    /// <summary>Nobody evicts by the second, and each note is a write.</summary>
    private static readonly TimeSpan s_touchEvery = TimeSpan.FromMinutes(1);

    private readonly Blobs _blobs = new(layout);

    public ModelStoreLayout Layout => layout;

    /// <summary>
    /// The model that is stored under the key, without opening a socket or reading its bytes; null where it is not there whole. A folder
    /// that an earlier program wrote, or a person by hand, is taken as it is, unless a GGUF in it is cut off.
    /// </summary>
    public async Task<StoredModel?> FindAsync(string cacheKey, CancellationToken cancellationToken)
    {
        if (StoredModelJson.Find(layout.MetadataFile(cacheKey), cacheKey) is { } model)
        {
            return IsWhole(model) ? model : null;
        }

        return await FindLegacyAsync(cacheKey, cancellationToken);
    }

    /// <summary>Waits to be the one writer of the key.</summary>
    public Task<KeyLock> LockAsync(string cacheKey, Action? waiting, CancellationToken cancellationToken) =>
        KeyLock.AcquireAsync(layout, cacheKey, time, waiting, cancellationToken);

    /// <summary>Whether the store has these bytes, from whatever source they came.</summary>
    public bool HasBlob(string sha256, long sizeBytes) => _blobs.Has(sha256, sizeBytes);

    /// <summary>
    /// Makes a model visible, in one step in the place of what the key held before. Call it with the key's lock held. Files that lie in
    /// the partial folder are moved; files whose bytes the store has already need only be named.
    /// </summary>
    public StoredModel Publish(string cacheKey, string source, string? revision, IReadOnlyList<FetchedFile> files)
    {
        var staged = Stage(cacheKey);
        foreach (var file in files.Where(file => file.LocalPath.Length > 0).DistinctBy(file => file.LocalPath, StringComparer.Ordinal))
        {
            _blobs.Add(file.LocalPath, file.Sha256, file.SizeBytes);
        }

        Folders.Flush(layout.BlobFolder);
        return Place(cacheKey, source, revision, [.. files.Select(file => new StoredFile(file.Path, file.SizeBytes, file.Sha256)
        {
            Validator = file.Validator,
            Link = _blobs.Link(file.Sha256, Path.Combine(staged, Safe(file.Path))),
        })]);
    }

    /// <summary>Makes files visible as a model that stay shared with their originals. Null where the file system cannot share them.</summary>
    internal StoredModel? PublishShared(string cacheKey, string source, IReadOnlyList<(string Path, string Original)> files)
    {
        var staged = Stage(cacheKey);
        return files.All(file => ModelImporter.TryShare(file.Original, Path.Combine(staged, Safe(file.Path))))
            ? Place(cacheKey, source, null, [.. files.Select(file => new StoredFile(file.Path, new FileInfo(file.Original).Length, null))])
            : null;
    }

    /// <summary>Finishes what a writer that was killed had staged. Call it with the key's lock held.</summary>
    public void Recover(string cacheKey)
    {
        var staged = layout.StagedFolder(cacheKey);
        if (!Directory.Exists(layout.ModelFolder(cacheKey)) && File.Exists(Path.Combine(staged, ModelStoreLayout.MetadataFileName)))
        {
            PlaceStaged(cacheKey);
        }
    }

    /// <summary>Notes that the model is used now. A store that cannot be written is still one that can be read, so a failure is no failure.</summary>
    public void Touch(StoredModel model)
    {
        if (model.Legacy || time.GetUtcNow() - model.LastUsed < s_touchEvery)
        {
            return;
        }

        TryWrite(model.Key, model with { LastUsed = time.GetUtcNow() });
    }

    /// <summary>Sets whether the model may be evicted. False where there is no such model with metadata.</summary>
    public bool SetPinned(string cacheKey, bool pinned)
    {
        if (StoredModelJson.Find(layout.MetadataFile(cacheKey), cacheKey) is not { } model)
        {
            return false;
        }

        StoredModelJson.Write(layout.MetadataFile(cacheKey), model with { Pinned = pinned });
        return true;
    }

    /// <summary>Takes a model away, with the bytes that no other model has. What a process has open stays readable to it.</summary>
    public void Remove(string cacheKey)
    {
        var mine = StoredModelJson.Find(layout.MetadataFile(cacheKey), cacheKey)?.Files ?? [];
        var aside = Aside(cacheKey);
        if (Directory.Exists(layout.ModelFolder(cacheKey)))
        {
            Directory.Move(layout.ModelFolder(cacheKey), aside);
            Folders.Flush(layout.Root);
        }

        DeleteFolder(layout.PartialFolder(cacheKey));
        var others = new StoreSurvey(layout).ReferencedBlobs();
        foreach (var digest in mine.Select(file => file.Sha256).OfType<string>().Where(digest => !others.Contains(digest)))
        {
            _blobs.Remove(digest);
        }
    }

    internal static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Stage(string cacheKey)
    {
        var staged = layout.StagedFolder(cacheKey);
        DeleteFolder(staged);
        return Directory.CreateDirectory(staged).FullName;
    }

    private StoredModel Place(string cacheKey, string source, string? revision, IReadOnlyList<StoredFile> files)
    {
        var now = time.GetUtcNow();
        var model = new StoredModel
        {
            Key = cacheKey,
            Source = Sources.Redact.Source(source),
            Revision = revision,
            StoredAt = now,
            LastUsed = now,
            Pinned = StoredModelJson.Find(layout.MetadataFile(cacheKey), cacheKey)?.Pinned ?? false,
            Files = files,
        };
        var staged = layout.StagedFolder(cacheKey);
        Folders.Flush(staged);

        // Last: a staged folder with its metadata is complete.
        StoredModelJson.Write(Path.Combine(staged, ModelStoreLayout.MetadataFileName), model);
        PlaceStaged(cacheKey);
        return model;
    }

    private void PlaceStaged(string cacheKey)
    {
        var aside = Aside(cacheKey);
        Folders.Replace(layout.StagedFolder(cacheKey), layout.ModelFolder(cacheKey), aside);
        DeleteFolder(layout.PartialFolder(cacheKey));
    }

    /// <summary>A free name for what is to be deleted, on the same file system.</summary>
    private string Aside(string cacheKey)
    {
        Directory.CreateDirectory(layout.PartialFolder(cacheKey));
        return Path.Combine(layout.PartialFolder(cacheKey), $"removed-{Guid.NewGuid():N}");
    }

    private void TryWrite(string cacheKey, StoredModel model)
    {
        try
        {
            StoredModelJson.Write(layout.MetadataFile(cacheKey), model);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only stores are served from as well.
        }
    }

    private bool IsWhole(StoredModel model) => model.Files.Count > 0 && model.Files.All(file =>
        layout.ModelFile(model.Key, file.Path) is { } path && SizeOf(path) == file.SizeBytes);

    private async Task<StoredModel?> FindLegacyAsync(string cacheKey, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(layout.ModelFolder(cacheKey));
        if (!folder.Exists)
        {
            return null;
        }

        var files = folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !file.Name.StartsWith('.') && !file.Name.EndsWith(".tmp", StringComparison.Ordinal) && SizeOf(file.FullName) > 0)
            .OrderBy(file => file.FullName, StringComparer.Ordinal).ToList();
        foreach (var file in files.Where(file => file.Extension.Equals(".gguf", StringComparison.OrdinalIgnoreCase)))
        {
            if (await GgufReader.ReadFileAsync(file.FullName, cancellationToken) is GgufReadResult.Failed)
            {
                return null;
            }
        }

        if (files.Count == 0)
        {
            return null;
        }

        var newest = new DateTimeOffset(files.Max(file => file.LastWriteTimeUtc));
        return new StoredModel
        {
            Key = cacheKey,
            Source = "",
            Legacy = true,
            StoredAt = newest,
            LastUsed = newest,
            Files = [.. files.Select(file => new StoredFile(Path.GetRelativePath(folder.FullName, file.FullName), SizeOf(file.FullName)!.Value, null))],
        };
    }

    /// <summary>The size of what a name leads to; null where it leads nowhere.</summary>
    private static long? SizeOf(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return target.Exists ? target.Length : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Safe(string path) => Sources.RelativePath.IsSafe(path)
        ? path
        : throw new ArgumentException($"'{path}' is no path below a model's folder.", nameof(path));
}
