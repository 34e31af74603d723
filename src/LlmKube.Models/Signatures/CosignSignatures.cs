using System.Text;
using System.Text.Json;
using LlmKube.Models.Backends;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Signatures;

/// <summary>
/// Finds and makes the signatures that a registry keeps with an artifact: under the tag <c>sha256-….sig</c>, as cosign has always done, and as
/// referrers (OCI distribution specification 1.1, "Listing Referrers").
/// </summary>
public static class CosignSignatures
{
    private const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string SignatureAnnotation = "dev.cosignproject.cosign/signature";
    private const string SignatureArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
    private const string BundlePrefix = "application/vnd.dev.sigstore.bundle";
    private const string ImageConfig = "application/vnd.oci.image.config.v1+json";
    private const int MostSignatures = 50;
    private const int MostBytes = 1024 * 1024;

    /// <summary>The signatures of an artifact in one file; null where it has none.</summary>
    /// <param name="client">The artifact's repository.</param>
    /// <param name="manifest">The manifest whose layers are the model.</param>
    /// <param name="index">The index that led to it; null where none did.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<(byte[]? File, ModelFailure? Failure)> FindAsync(RegistryClient client, byte[] manifest, byte[]? index, CancellationToken cancellationToken)
    {
        var found = new List<AttachedSignature>();
        foreach (var subject in new[] { manifest, index }.OfType<byte[]>())
        {
            if (await CollectAsync(client, OciDigest.Of(subject), found, cancellationToken) is { } failure)
            {
                return (null, failure);
            }
        }

        return found.Count == 0 ? (null, null)
            : (new AttachedSignatures { Manifest = Convert.ToBase64String(manifest), Index = index is null ? null : Convert.ToBase64String(index), Signatures = found }.ToJson(), null);
    }

    /// <summary>Signs an artifact, beside the signatures that it has, so that <c>cosign verify --key</c> verifies it.</summary>
    /// <param name="client">The artifact's repository.</param>
    /// <param name="image">What the artifact is called.</param>
    /// <param name="privateKeyPem">An elliptic key, unencrypted, as PEM.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The digest that was signed.</returns>
    /// <exception cref="RepositoryException">The registry did not give or take something.</exception>
    /// <exception cref="ArgumentException">It is no such key.</exception>
    public static async Task<string> SignAsync(RegistryClient client, ImageReference image, string privateKeyPem, CancellationToken cancellationToken)
    {
        var (artifact, _, failure) = await client.GetManifestAsync(image.Wanted, cancellationToken);
        RepositoryException.ThrowIf(failure);
        var payload = JsonSerializer.SerializeToUtf8Bytes(
            new SimplePayload(new SimpleCritical(new SimpleIdentity($"{image.Registry}/{image.Repository}"), new SimpleImage(artifact!.Digest), AttachedSignature.SimpleSigning), null), AttachedJson.Default.SimplePayload);
        var layer = new OciDescriptor
        {
            MediaType = SimpleSigning,
            Digest = OciDigest.Of(payload),
            Size = payload.Length,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [SignatureAnnotation] = Convert.ToBase64String(ModelSignature.SignBytes(payload, privateKeyPem)) },
        };
        var tag = OciDigest.AsTag(artifact.Digest) + ".sig";
        var (_, known, missing) = await client.GetManifestAsync(tag, cancellationToken);
        RepositoryException.ThrowIf(missing is { Kind: not FailureKind.NotFound } ? missing : null);
        IReadOnlyList<OciDescriptor> layers = [.. missing is null ? OciJson.ReadManifest(known)?.Layers ?? [] : [], layer];
        var config = Encoding.UTF8.GetBytes($$$"""{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', layers.Select(one => $"\"{one.Digest}\""))}}}]}}""");
        var manifest = new OciManifest { MediaType = OciMediaTypes.Manifest, Config = new OciDescriptor { MediaType = ImageConfig, Digest = OciDigest.Of(config), Size = config.Length }, Layers = layers };
        RepositoryException.ThrowIf(await client.PushBlobAsync(layer, () => new MemoryStream(payload), cancellationToken));
        RepositoryException.ThrowIf(await client.PushBlobAsync(manifest.Config, () => new MemoryStream(config), cancellationToken));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, OciJson.Default.OciManifest);
        RepositoryException.ThrowIf(await client.PushManifestAsync(tag, new OciDescriptor { MediaType = OciMediaTypes.Manifest, Digest = OciDigest.Of(bytes), Size = bytes.Length }, bytes, cancellationToken));
        return artifact.Digest;
    }

    private static async Task<ModelFailure?> CollectAsync(RegistryClient client, string subject, List<AttachedSignature> found, CancellationToken cancellationToken)
    {
        var (referrers, unlisted) = await client.ListReferrersAsync(subject, cancellationToken);
        if (referrers is null)
        {
            return unlisted;
        }

        var artifacts = referrers.Where(one => one.ArtifactType is { } type && (type == SignatureArtifact || type.StartsWith(BundlePrefix, StringComparison.Ordinal))).Select(one => one.Digest);
        foreach (var artifact in artifacts.Prepend(OciDigest.AsTag(subject) + ".sig").Take(MostSignatures))
        {
            var (_, bytes, failure) = await client.GetManifestAsync(artifact, cancellationToken);
            if (failure is { Kind: not FailureKind.NotFound })
            {
                return failure;
            }

            foreach (var layer in failure is null ? OciJson.ReadManifest(bytes)?.Layers ?? [] : [])
            {
                if (found.Count < MostSignatures && await SignatureOfAsync(client, layer, cancellationToken) is { } signature)
                {
                    found.Add(signature);
                }
            }
        }

        return null;
    }

    /// <summary>Null for a layer that is no signature.</summary>
    private static async Task<AttachedSignature?> SignatureOfAsync(RegistryClient client, OciDescriptor layer, CancellationToken cancellationToken)
    {
        var isBundle = layer.MediaType.StartsWith(BundlePrefix, StringComparison.Ordinal);
        if ((layer.MediaType != SimpleSigning && !isBundle) || layer.Size > MostBytes || await client.ReadBlobAsync(layer, cancellationToken) is not { } bytes)
        {
            return null;
        }

        return isBundle
            ? JsonOrNull.Read(bytes, SignatureJson.Default.SignatureBundle) is { } bundle ? new AttachedSignature { Bundle = bundle } : null
            : new AttachedSignature { Payload = Convert.ToBase64String(bytes), Signature = layer.Annotations?.GetValueOrDefault(SignatureAnnotation) };
    }
}
