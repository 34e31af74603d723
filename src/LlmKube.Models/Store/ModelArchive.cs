using System.Formats.Tar;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>
/// A model's files as one stream: a tar archive (POSIX.1-2001, so that size and names have no limit), whose entries say the SHA-256
/// that they had in the store in a record of their own.
/// </summary>
public static class ModelArchive
{
    private const string DigestRecord = "LLMKUBE.sha256";

    /// <summary>Writes the files of a stored model.</summary>
    public static Task WriteAsync(ModelStoreLayout layout, StoredModel model, Stream output, CancellationToken cancellationToken) =>
        WriteAsync(model.Files.Select(file => (file.Path, Opener(layout.ModelFile(model.Key, file.Path)!), file.Sha256)), output, cancellationToken);

    /// <summary>Writes the files of a folder, without what is hidden or a link.</summary>
    public static Task WriteFolderAsync(string folder, Stream output, CancellationToken cancellationToken) =>
        WriteAsync(FilesOf(folder).Select(file => (Path.GetRelativePath(folder, file.FullName), Opener(file.FullName), (string?)null)), output, cancellationToken);

    /// <summary>Writes the files of a source, with the digests that it announces.</summary>
    /// <exception cref="IOException">A file cannot be read to its end.</exception>
    public static async Task WriteAsync(IModelSession session, Stream output, Action<long>? progress, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in session.Files)
        {
            var size = file.SizeBytes ?? throw Oci.OciUpload.WithoutSize(file);
            await using var content = new CheckedContent(session, file, progress);
            await WriteAsync(writer, file.Path, new SizedStream(content, size), file.Digest is { Algorithm: DigestAlgorithm.Sha256 } digest ? digest.Hex : null, cancellationToken);
        }
    }

    /// <summary>
    /// Reads an archive into a folder, so that it has the files under their own names. What was in the folder before is removed.
    /// </summary>
    /// <returns>What is wrong with the archive; null where nothing is.</returns>
    /// <exception cref="IOException">The archive is cut off, or the disk is full.</exception>
    public static async Task<ModelFailure?> UnpackAsync(Stream archive, string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var (files, failure) = await ReadAsync(archive, folder, cancellationToken);
        foreach (var file in failure is null ? files : [])
        {
            var path = Path.Combine(folder, "files", file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(file.LocalPath, path);
        }

        return failure;
    }

    /// <summary>The files of a folder that belong to a model.</summary>
    public static IReadOnlyList<FileInfo> FilesOf(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null && !file.Name.StartsWith('.')).OrderBy(file => file.FullName, StringComparer.Ordinal)];

    /// <summary>
    /// Reads an archive to its end into <paramref name="folder"/>, each file under a name of its own until the caller accepts all.
    /// </summary>
    /// <returns>The files with their digests, or what is wrong with one.</returns>
    /// <exception cref="IOException">The archive is cut off, or the disk is full.</exception>
    public static async Task<(IReadOnlyList<FetchedFile> Files, ModelFailure? Failure)> ReadAsync(Stream archive, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var files = new List<FetchedFile>();
        try
        {
            await using var reader = new TarReader(archive, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (!RelativePath.IsSafe(name) || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    return (files, new ModelFailure(FailureKind.Invalid, $"the archive has '{entry.Name}' ({entry.EntryType}): only plain files below the model's folder are taken."));
                }

                var path = Path.Combine(folder, $"entry-{files.Count}");
                var (size, digest) = await HashedCopy.WriteAsync(entry.DataStream ?? Stream.Null, path, null, cancellationToken);
                files.Add(new FetchedFile(name, path, size, digest, null));
                if (entry is PaxTarEntry pax && pax.ExtendedAttributes.TryGetValue(DigestRecord, out var wanted) && wanted != digest)
                {
                    return (files, new ModelFailure(FailureKind.Corrupt, $"{name} hashes to {digest}, not to {wanted} as the store it came from says."));
                }
            }

            return (files, FileNames.Refuse([.. files.Select(file => file.Path)]));
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            return (files, new ModelFailure(FailureKind.Invalid, $"this is no tar archive: {e.Message}"));
        }
    }

    /// <summary>Writes files from wherever they can be opened, with the digests that they must turn out to have.</summary>
    internal static async Task WriteAsync(IEnumerable<(string Name, Func<Stream> Open, string? Sha256)> files, Stream output, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var (name, open, digest) in files)
        {
            await using var content = open();
            await WriteAsync(writer, name, content, digest, cancellationToken);
        }
    }

    private static Task WriteAsync(TarWriter writer, string name, Stream content, string? digest, CancellationToken cancellationToken)
    {
        var records = new Dictionary<string, string>(StringComparer.Ordinal);
        if (digest is not null)
        {
            records[DigestRecord] = digest;
        }

        return writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name.Replace('\\', '/'), records) { DataStream = content, Mode = (UnixFileMode)0b110_100_100 }, cancellationToken);
    }

    private static Func<Stream> Opener(string path) => () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
