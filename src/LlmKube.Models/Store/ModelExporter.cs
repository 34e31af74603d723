using LlmKube.Models.Backends;
using LlmKube.Models.Store.FileSystem;

namespace LlmKube.Models.Store;

/// <summary>Copies a stored model to a folder outside the store, for a site that bytes are carried to.</summary>
public static class ModelExporter
{
    /// <summary>
    /// Copies each file and verifies the copy; a file system that can share blocks does not copy. A copy that differs is removed again.
    /// </summary>
    /// <returns>What is wrong, in a sentence; null when everything was copied.</returns>
    public static async Task<string?> ExportAsync(ModelStoreLayout layout, StoredModel model, string folder, Action<long>? progress, CancellationToken cancellationToken)
    {
        foreach (var file in model.Files)
        {
            var from = layout.ModelFile(model.Key, file.Path)!;
            var to = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            var beside = to + ".partial";
            try
            {
                File.Delete(beside);
                if (!Links.TryReflink(from, beside))
                {
                    await CopyAsync(from, beside, cancellationToken);
                }

                var digest = await StoreVerifier.HashAsync(beside, progress, cancellationToken);
                if (file.Sha256 is { } wanted && wanted != digest)
                {
                    return $"{file.Path} in the store hashes to {digest}, and should to {wanted}: it was not exported. \"llmkube cache verify\" shows what else is damaged.";
                }

                File.Move(beside, to, overwrite: true);
            }
            finally
            {
                File.Delete(beside);
            }
        }

        return null;
    }

    /// <summary>Puts the files of an archive, as <see cref="ModelArchive"/> writes it, into a folder: all of them, or none.</summary>
    /// <param name="archive">The stream to read to its end.</param>
    /// <param name="folder">Where the files are to be.</param>
    /// <param name="isComplete">Asked when all came: whether whoever sent it also ended well.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is wrong; null when all is there.</returns>
    public static async Task<ModelFailure?> UnpackAsync(Stream archive, string folder, Func<Task<bool>> isComplete, CancellationToken cancellationToken)
    {
        var beside = Path.Combine(folder, $".llmkube-{Guid.NewGuid():N}.partial");
        try
        {
            var (files, failure) = await ModelArchive.ReadAsync(archive, beside, cancellationToken);
            if (failure is not null || !await isComplete())
            {
                return failure ?? new ModelFailure(FailureKind.Unavailable, "what sent the model did not end well. Nothing was written.");
            }

            foreach (var file in files)
            {
                var target = Path.Combine(folder, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(file.LocalPath, target, overwrite: true);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StoreFailures.From(e, folder);
        }
        finally
        {
            if (Directory.Exists(beside))
            {
                Directory.Delete(beside, recursive: true);
            }
        }
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await source.CopyToAsync(target, 1024 * 1024, cancellationToken);
        target.Flush(flushToDisk: true);
    }
}
