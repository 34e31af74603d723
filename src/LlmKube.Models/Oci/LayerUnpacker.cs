using System.Formats.Tar;
using System.IO.Compression;
using LlmKube.Models.Backends;
using LlmKube.Models.Formats;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Oci;

/// <summary>
/// Takes a model's files out of the layers of an image, one layer after the other, as a file system made of them would show them
/// (OCI image specification, "Representing Changes"). A layer goes as soon as its files are out of it.
/// </summary>
internal static class LayerUnpacker
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private const long LargeBytes = 4 * 1024 * 1024;

    /// <summary>The files of the model.</summary>
    /// <param name="layers">The layers in order, as they arrived.</param>
    /// <param name="folder">Where the files are put, each under a name of its own.</param>
    /// <param name="wants">Whether a file was asked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(IReadOnlyList<FetchedFile> Files, ModelFailure? Failure)> UnpackAsync(
        IReadOnlyList<(FetchedFile Layer, Packing Packing)> layers, string folder, Func<string, bool> wants, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var found = new Dictionary<string, FetchedFile>(StringComparer.Ordinal);
        foreach (var (layer, packing) in layers)
        {
            if (packing == Packing.None)
            {
                found[layer.Path] = layer;
                continue;
            }

            try
            {
                await using var content = Open(layer.LocalPath, packing);
                await UnpackAsync(content, folder, found, cancellationToken);
            }
            catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException)
            {
                return ([], new ModelFailure(FailureKind.Invalid, $"a layer of the image is no archive that can be read: {e.Message}"));
            }

            File.Delete(layer.LocalPath);
        }

        var files = ImagePaths.Shown([.. found.Keys]).Where(one => wants(one.Shown)).Select(one => found[one.Path] with { Path = one.Shown }).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        return files.Count > 0 ? (files, FileNames.Refuse([.. files.Select(file => file.Path)]))
            : ([], new ModelFailure(FailureKind.NotFound, "the image has no model: no files below /models, and none at its root that were asked for."));
    }

    /// <summary>The names of the model's files of which a layer's beginning tells; more may follow.</summary>
    public static async Task<IReadOnlyList<string>> PeekAsync(Stream beginning, Packing packing, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        try
        {
            await using var content = Decompressed(beginning, packing);
            await using var reader = new TarReader(content, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (NameOf(entry) is { } name && IsFile(entry) && ImagePaths.IsOfAModel(name))
                {
                    names.Add(name);
                    if (packing != Packing.Tar && entry.Length > LargeBytes)
                    {
                        // What follows in a compressed archive is behind all of this.
                        return names;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or FormatException or InvalidDataException)
        {
            // The beginning ends in the middle of something; what it told before holds.
        }

        return names;
    }

    private static async Task UnpackAsync(Stream content, string folder, Dictionary<string, FetchedFile> found, CancellationToken cancellationToken)
    {
        var below = found.Keys.ToHashSet(StringComparer.Ordinal);
        await using var reader = new TarReader(content, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (NameOf(entry) is not { } name)
            {
                continue;
            }

            var slash = name.LastIndexOf('/') + 1;
            var (parent, file) = (name[..slash], name[slash..]);
            if (file == Opaque)
            {
                Drop(path => path.StartsWith(parent, StringComparison.Ordinal));
            }
            else if (file.StartsWith(Whiteout, StringComparison.Ordinal))
            {
                var gone = parent + file[Whiteout.Length..];
                Drop(path => path == gone || path.StartsWith(gone + "/", StringComparison.Ordinal));
            }
            else if (IsFile(entry) && ImagePaths.IsOfAModel(name))
            {
                var path = Path.Combine(folder, $"file-{Guid.NewGuid():N}");
                var (size, sha256) = await HashedCopy.WriteAsync(entry.DataStream ?? Stream.Null, path, null, cancellationToken);
                Drop(one => one == name);
                found[name] = new FetchedFile(name, path, size, sha256, null);
            }
        }

        void Drop(Func<string, bool> which)
        {
            // A layer takes away what is below it, never what is its own.
            foreach (var path in found.Keys.Where(path => which(path) && below.Remove(path)).ToList())
            {
                File.Delete(found[path].LocalPath);
                found.Remove(path);
            }
        }
    }

    private static bool IsFile(TarEntry entry) => entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;

    /// <summary>Null for a name that leads out of the image.</summary>
    private static string? NameOf(TarEntry entry)
    {
        var name = entry.Name.TrimStart('/');
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        return RelativePath.IsSafe(name.TrimEnd('/')) ? name.TrimEnd('/') : null;
    }

    private static Stream Open(string path, Packing packing)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Decompressed(file, packing);
    }

    private static Stream Decompressed(Stream content, Packing packing) => packing switch
    {
        Packing.TarGzip => new GZipStream(content, CompressionMode.Decompress),
        Packing.TarZstd => new ZstandardStream(content),
        _ => content,
    };
}
