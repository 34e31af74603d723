using LlmKube.Models.Backends;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Store;

namespace LlmKube.Models.Oci;

/// <summary>What a bundle carries to a site without a way out: images and models, as one OCI archive.</summary>
public sealed class Bundle
{
    /// <summary>The names by which containerd and Docker know an image of an archive.</summary>
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";

    private readonly List<OciDescriptor> _entries = [];
    private readonly Dictionary<string, string> _blobs = new(StringComparer.Ordinal);
    private readonly BlobFolder _folder;

    /// <summary>An empty one.</summary>
    /// <param name="workFolder">Where blobs are kept until it is written: what is in it from an earlier run is not fetched again.</param>
    public Bundle(string workFolder) => _folder = new BlobFolder(workFolder);

    /// <summary>Bytes of all that it has.</summary>
    public long SizeBytes => _blobs.Values.Sum(path => new FileInfo(path).Length);

    /// <summary>Adds an image of a registry.</summary>
    public async Task<ModelFailure?> AddImageAsync(ImageReference image, string? platform, RegistryOptions registry, TimeProvider time, Action<long>? progress, CancellationToken cancellationToken)
    {
        var (root, failure) = await new ImagePuller(registry, _folder, time).PullAsync(image, platform, progress, cancellationToken);
        if (root is null)
        {
            return failure;
        }

        await ReferAsync(root, cancellationToken);
        _entries.Add(Named(root, image.ToString()));
        return null;
    }

    /// <summary>Adds the images of another archive, as <c>scripts/build-image</c> or <c>skopeo copy … oci-archive:</c> makes it.</summary>
    public async Task<ModelFailure?> AddArchiveAsync(string path, CancellationToken cancellationToken)
    {
        var (archive, failure) = await OciArchive.OpenAsync(path, cancellationToken);
        if (archive is null)
        {
            return failure;
        }

        foreach (var root in archive.Index.Manifests)
        {
            if (NameOf(root) is not { } name || ImageReference.Parse(name) is not { } image)
            {
                return new ModelFailure(FailureKind.Invalid, $"{path} has an image without a name that a registry could have.");
            }

            var (blobs, manifests) = await archive.WalkAsync(root, cancellationToken);
            foreach (var blob in blobs.Concat(manifests))
            {
                if (!_folder.Has(blob))
                {
                    await using var content = archive.Open(blob) ?? throw new InvalidDataException($"{path} lacks the blob {blob.Digest}.");
                    if (await _folder.AddAsync(blob, content, null, cancellationToken) is { } damaged)
                    {
                        return damaged;
                    }
                }

                _blobs[blob.Digest] = _folder.PathOf(blob.Digest);
            }

            _entries.Add(Named(root, image.ToString()));
        }

        return null;
    }

    /// <summary>Adds a stored model, whose files stay where they are until the bundle is written.</summary>
    public async Task<ModelFailure?> AddModelAsync(ModelStoreLayout layout, StoredModel model, CancellationToken cancellationToken)
    {
        var files = new List<StoredFile>();
        foreach (var file in model.Files)
        {
            var path = layout.ModelFile(model.Key, file.Path)!;
            files.Add(file.Sha256 is not null ? file : file with { Sha256 = await StoreVerifier.HashAsync(path, null, cancellationToken) });
            _blobs[OciDigest.OfHex(files[^1].Sha256!)] = path;
        }

        var header = ModelEntry.FileOf(model, named: null) is { } entry && await GgufReader.ReadFileAsync(layout.ModelFile(model.Key, entry)!, cancellationToken) is GgufReadResult.Read read ? GgufSummary.Of(read.Header) : null;
        var (manifest, manifestBytes, config, configBytes) = ModelPack.Describe(model with { Files = files }, header?.Architecture, header?.Quantization);
        foreach (var (digest, bytes) in ((string, byte[])[])[(manifest.Digest, manifestBytes), (config.Digest, configBytes)])
        {
            _folder.Add(digest, bytes);
            _blobs[digest] = _folder.PathOf(digest);
        }

        _entries.Add(manifest);
        return null;
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public Task<ModelFailure?> WriteAsync(string path, Action<long>? progress, CancellationToken cancellationToken) =>
        OciArchiveWriter.WriteAsync(path, new OciIndex { MediaType = OciMediaTypes.Index, Manifests = _entries }, _blobs, progress, cancellationToken);

    /// <summary>The name of an image of an archive; null for a model, or one without.</summary>
    public static string? NameOf(OciDescriptor root) =>
        root.Annotations?.GetValueOrDefault(ContainerdName) ?? (root.Annotations?.GetValueOrDefault(RefName) is { } name && name.Contains('/', StringComparison.Ordinal) ? name : null);

    /// <summary>The source of a model of an archive; null for an image.</summary>
    public static string? SourceOf(OciDescriptor root) => root.ArtifactType == ModelPack.ArtifactType ? root.Annotations?.GetValueOrDefault(ModelPack.SourceAnnotation) : null;

    /// <summary>Writes a model of an archive as the tar archive that a store imports, which holds each file against its digest.</summary>
    /// <exception cref="InvalidDataException">The archive lacks something of it.</exception>
    public static async Task CopyModelAsync(OciArchive archive, OciDescriptor root, Stream output, CancellationToken cancellationToken)
    {
        var manifest = await archive.ReadManifestAsync(root, cancellationToken) ?? throw new InvalidDataException($"the manifest {root.Digest} is missing or damaged.");
        await ModelArchive.WriteAsync(manifest.Layers.Select(layer => (FileOf(layer), Opener(archive, layer), (string?)OciDigest.HexOf(layer.Digest))), output, cancellationToken);
    }

    /// <summary>Bytes below a descriptor of an archive.</summary>
    public static async Task<long> SizeOfAsync(OciArchive archive, OciDescriptor root, CancellationToken cancellationToken)
    {
        var (blobs, manifests) = await archive.WalkAsync(root, cancellationToken);
        return blobs.Concat(manifests).Sum(blob => blob.Size);
    }

    private static Func<Stream> Opener(OciArchive archive, OciDescriptor blob) => () =>
        archive.Open(blob) ?? throw new InvalidDataException($"the blob {blob.Digest} is missing or has another size.");

    private static string FileOf(OciDescriptor layer) =>
        layer.Annotations?.GetValueOrDefault(ModelPack.FilePath) ?? throw new InvalidDataException($"the layer {layer.Digest} does not say which file it is.");

    private static OciDescriptor Named(OciDescriptor root, string name) =>
        root with { Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ContainerdName] = name, [RefName] = name } };

    /// <summary>Takes the image's blobs into the list, from the folder that they were pulled to.</summary>
    private async Task ReferAsync(OciDescriptor root, CancellationToken cancellationToken)
    {
        _blobs[root.Digest] = _folder.PathOf(root.Digest);
        var bytes = await File.ReadAllBytesAsync(_folder.PathOf(root.Digest), cancellationToken);
        if (OciMediaTypes.IsIndex(root.MediaType))
        {
            foreach (var below in OciJson.ReadIndex(bytes)?.Manifests ?? [])
            {
                await ReferAsync(below, cancellationToken);
            }

            return;
        }

        foreach (var blob in OciJson.ReadManifest(bytes)?.Blobs ?? [])
        {
            _blobs[blob.Digest] = _folder.PathOf(blob.Digest);
        }
    }
}
