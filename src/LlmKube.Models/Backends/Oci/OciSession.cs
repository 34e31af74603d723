using LlmKube.Models.Oci;
using LlmKube.Models.Signatures;

namespace LlmKube.Models.Backends.Oci;

/// <summary>The files of one manifest, and beside them the signatures that the registry keeps with it, where they were looked for.</summary>
/// <param name="client">Reaches the registry.</param>
/// <param name="pin">Digest of what the source names: the manifest's own, or that of the index it is in.</param>
/// <param name="digest">Digest of the manifest.</param>
/// <param name="files">The layers with files, by their paths.</param>
/// <param name="packed">The paths in packed layers, and where in an image they are.</param>
/// <param name="signature">The signatures, as one file.</param>
internal sealed class OciSession(
    RegistryClient client, string pin, string digest, IReadOnlyList<(string Path, OciDescriptor Layer)> files, (IReadOnlyList<string> Paths, string? ImageRoot)? packed, byte[]? signature) : IModelSession
{
    private readonly Dictionary<string, OciDescriptor> _layers = files.ToDictionary(file => file.Path, file => file.Layer, StringComparer.Ordinal);

    public string Revision => digest;

    public string Pin => pin;

    /// <summary>Where it is.</summary>
    public (string Registry, string Repository) Place => client.Place;

    public IReadOnlyList<RemoteFile> Files { get; } =
    [
        .. files.Select(file => new RemoteFile(file.Path)
        {
            SizeBytes = file.Layer.Size,
            Digest = ContentDigest.Sha256(OciDigest.HexOf(file.Layer.Digest)),
            Validator = file.Layer.Digest,
            AcceptsRanges = true,
            Packing = OciModelFiles.PackingOf(file.Layer) ?? Packing.None,
        }),
        .. signature is null ? [] : new[] { new RemoteFile(ModelSignature.FileName) { SizeBytes = signature.Length, Digest = ContentDigest.Sha256(OciDigest.HexOf(OciDigest.Of(signature))), AcceptsRanges = true } },
    ];

    public IReadOnlyList<string> Paths { get; } = packed?.Paths ?? [.. files.Select(file => file.Path)];

    public string? ImageRoot => packed?.ImageRoot;

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) => signature is not null && file.Path == ModelSignature.FileName
        ? Task.FromResult(OpenResult.Of(signature, offset))
        : client.OpenRangeAsync(file, _layers[file.Path].Digest, offset, length, cancellationToken);

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
