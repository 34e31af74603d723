using System.Security.Cryptography;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Oci;

/// <summary>Puts images of an archive into a registry: what it has is not sent, and each blob is held against its digest before it is.</summary>
public sealed class ImagePusher(RegistryOptions options, TimeProvider time)
{
    /// <summary>Sends what is missing below <paramref name="root"/>, and last the tag.</summary>
    /// <param name="archive">Where it lies.</param>
    /// <param name="root">The image in it.</param>
    /// <param name="target">The name that it gets.</param>
    /// <param name="progress">Told of bytes that need not be sent, or were.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ModelFailure?> PushAsync(OciArchive archive, OciDescriptor root, ImageReference target, Action<long>? progress, CancellationToken cancellationToken)
    {
        var (client, fault) = RegistryClient.Create(target, options, time);
        if (client is null)
        {
            return fault;
        }

        using (client)
        {
            try
            {
                var (blobs, manifests) = await archive.WalkAsync(root, cancellationToken);
                foreach (var blob in blobs)
                {
                    if (!await client.HasBlobAsync(blob.Digest, cancellationToken) && await BlobAsync(client, archive, blob, cancellationToken) is { } failure)
                    {
                        return failure;
                    }

                    progress?.Invoke(blob.Size);
                }

                foreach (var manifest in manifests)
                {
                    var bytes = await archive.ReadDocumentAsync(manifest, cancellationToken) ?? throw new InvalidDataException($"the manifest {manifest.Digest} is damaged.");
                    if (await client.PushManifestAsync(manifest == root ? target.Tag ?? manifest.Digest : manifest.Digest, manifest, bytes, cancellationToken) is { } failure)
                    {
                        return failure;
                    }
                }

                return null;
            }
            catch (InvalidDataException e)
            {
                return new ModelFailure(FailureKind.Invalid, e.Message);
            }
        }
    }

    private static async Task<ModelFailure?> BlobAsync(RegistryClient client, OciArchive archive, OciDescriptor blob, CancellationToken cancellationToken)
    {
        if (archive.Open(blob) is not { } content)
        {
            return new ModelFailure(FailureKind.Invalid, $"the archive lacks the blob {blob.Digest}, or it has another size than {blob.Size}.");
        }

        string read;
        await using (content)
        {
            read = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }

        return OciDigest.OfHex(read) == blob.Digest
            ? await client.PushBlobAsync(blob, () => archive.Open(blob)!, cancellationToken)
            : new ModelFailure(FailureKind.Invalid, $"the blob {blob.Digest} of the archive hashes to {OciDigest.OfHex(read)}: the archive is damaged. Carry it over again.");
    }
}
