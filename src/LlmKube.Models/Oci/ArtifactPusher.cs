using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Oci;

/// <summary>
/// Puts the files of a source into a registry as one artifact or image, streaming: blobs first, the manifest last, so that a tag never
/// names something that is not whole. Equal files give equal artifacts.
/// </summary>
public sealed class ArtifactPusher(RegistryClient client)
{
    private const int AtATime = 4;

    /// <summary>Sends what is missing, and the manifest under <paramref name="tag"/>.</summary>
    /// <param name="content">The files.</param>
    /// <param name="model">What is said of the model; its files are those that were sent.</param>
    /// <param name="format">As what it is put there.</param>
    /// <param name="layout">Where the files of an image lie.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="progress">Told of bytes as they go, by several at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The digest of the manifest, and the files as they were read.</returns>
    /// <exception cref="RepositoryException">It could not be read, or not be sent.</exception>
    public async Task<(string Digest, IReadOnlyList<VersionFile> Files)> PushAsync(
        IModelSession content, ModelPackDescription model, ArtifactFormat format, ImageLayout layout, string tag, Action<long>? progress, CancellationToken cancellationToken)
    {
        var files = new VersionFile[content.Files.Count];
        var layers = new OciDescriptor[format == ArtifactFormat.Image ? files.Length : 0];
        await Parallel.ForAsync(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (i, ending) =>
        {
            if (format == ArtifactFormat.Image)
            {
                (files[i], layers[i]) = await SendLayerAsync(content, content.Files[i], layout, progress, ending);
            }
            else
            {
                files[i] = await OciUpload.SendAsync(client, content, content.Files[i], progress, ending);
            }
        });

        var described = model with { Files = files, Format = model.Format ?? ModelPack.FormatOf([.. files.Select(file => file.Path)]) };
        var artifact = format switch
        {
            ArtifactFormat.Image => ModelImage.Describe(described, layers),
            ArtifactFormat.Docker => DockerModel.Describe(described),
            _ => ModelPack.Describe(described),
        };
        RepositoryException.ThrowIf(await client.PushBlobAsync(artifact.Config, () => new MemoryStream(artifact.ConfigBytes), cancellationToken));
        RepositoryException.ThrowIf(await client.PushManifestAsync(tag, artifact.Manifest, artifact.ManifestBytes, cancellationToken));
        return (artifact.Manifest.Digest, files);
    }

    private async Task<(VersionFile File, OciDescriptor Layer)> SendLayerAsync(IModelSession content, RemoteFile file, ImageLayout layout, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (file.SizeBytes is not { } size)
        {
            throw OciUpload.WithoutSize(file);
        }

        await using var source = new CheckedContent(content, file, progress);
        await using var tar = new TarLayer(layout == ImageLayout.Models ? $"models/{file.Path}" : file.Path, size, source);
        if (await client.PushBlobAsync(tar, tar.Length, () => tar.Digest, cancellationToken) is { } failure)
        {
            throw source.Broken ?? new RepositoryException(failure);
        }

        return file.Digest is { Algorithm: DigestAlgorithm.Sha256 } announced && announced.Hex != source.Sha256
            ? throw new RepositoryException(FailureKind.Corrupt, $"{file.Path} came with the SHA-256 {source.Sha256}, and its place announces {announced.Hex}. Nothing was published. Try again.")
            : (new VersionFile(file.Path, size, source.Sha256), new OciDescriptor { MediaType = ModelImage.LayerType, Digest = tar.Digest, Size = tar.Length });
    }
}
