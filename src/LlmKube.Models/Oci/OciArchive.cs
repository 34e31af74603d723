using System.Formats.Tar;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Oci;

/// <summary>An OCI image layout in one tar archive, opened where it lies: only its table of contents is read.</summary>
public sealed class OciArchive
{
    private const string BlobPrefix = "blobs/sha256/";
    private readonly string _path;
    private readonly Dictionary<string, (long Offset, long Size)> _files;

    private OciArchive(string path, Dictionary<string, (long Offset, long Size)> files, OciIndex index) => (_path, _files, Index) = (path, files, index);

    /// <summary>What it says that it has.</summary>
    public OciIndex Index { get; }

    /// <summary>Reads its table of contents; or what is wrong.</summary>
    public static async Task<(OciArchive? Archive, ModelFailure? Failure)> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, (long Offset, long Size)>(StringComparer.Ordinal);
        try
        {
            await using var file = File.OpenRead(path);
            await using var tar = new TarReader(file);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                {
                    files[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = (entry.DataOffset, entry.Length);
                }
            }
        }
        catch (FileNotFoundException)
        {
            return (null, new ModelFailure(FailureKind.NotFound, $"there is no archive at {path}."));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            return (null, new ModelFailure(FailureKind.Corrupt, $"{path} is no whole tar archive: {e.Message}"));
        }

        var index = files.TryGetValue("index.json", out var place) && place.Size <= OciJson.MostBytes ? OciJson.ReadIndex(await ReadAsync(path, place, cancellationToken)) : null;
        return index is null
            ? (null, new ModelFailure(FailureKind.Invalid, $"{path} is no OCI image layout: it has no index.json that can be read."))
            : (new OciArchive(path, files, index), null);
    }

    /// <summary>Opens a blob; null where the archive has none of that digest and size.</summary>
    public Stream? Open(OciDescriptor blob) =>
        OciDigest.IsValid(blob.Digest) && _files.TryGetValue(BlobPrefix + OciDigest.HexOf(blob.Digest), out var place) && place.Size == blob.Size ? new FileSlice(_path, place.Offset, place.Size) : null;

    /// <summary>A blob that is a document, verified; null where it is missing or damaged.</summary>
    public async Task<byte[]?> ReadDocumentAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size > OciJson.MostBytes || Open(blob) is not { } stream)
        {
            return null;
        }

        await using (stream)
        {
            var bytes = new byte[blob.Size];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return OciDigest.Of(bytes) == blob.Digest ? bytes : null;
        }
    }

    /// <summary>The manifest behind a descriptor; null where it is missing, damaged or no manifest.</summary>
    public async Task<OciManifest?> ReadManifestAsync(OciDescriptor descriptor, CancellationToken cancellationToken) =>
        await ReadDocumentAsync(descriptor, cancellationToken) is { } bytes ? OciJson.ReadManifest(bytes) : null;

    /// <summary>Everything below a descriptor: the blobs that it needs, and after them the manifests, the outermost last.</summary>
    /// <exception cref="InvalidDataException">A document is missing or damaged.</exception>
    public async Task<(IReadOnlyList<OciDescriptor> Blobs, IReadOnlyList<OciDescriptor> Manifests)> WalkAsync(OciDescriptor root, CancellationToken cancellationToken)
    {
        var (blobs, manifests) = (new List<OciDescriptor>(), new List<OciDescriptor>());
        await AddAsync(root, depth: 0);
        return ([.. blobs.DistinctBy(blob => blob.Digest, StringComparer.Ordinal)], manifests);

        async Task AddAsync(OciDescriptor descriptor, int depth)
        {
            var bytes = await ReadDocumentAsync(descriptor, cancellationToken) ?? throw new InvalidDataException($"{_path} lacks the manifest {descriptor.Digest}, or it is damaged.");
            if (OciMediaTypes.IsIndex(descriptor.MediaType) && depth == 0)
            {
                foreach (var below in OciJson.ReadIndex(bytes)?.Manifests.Where(below => Open(below) is not null) ?? [])
                {
                    await AddAsync(below, depth + 1);
                }
            }
            else
            {
                blobs.AddRange(OciJson.ReadManifest(bytes)?.Blobs ?? throw new InvalidDataException($"{_path} has a manifest {descriptor.Digest} that cannot be read."));
            }

            manifests.Add(descriptor);
        }
    }

    private static async Task<byte[]> ReadAsync(string path, (long Offset, long Size) place, CancellationToken cancellationToken)
    {
        var bytes = new byte[place.Size];
        await using var slice = new FileSlice(path, place.Offset, place.Size);
        await slice.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
