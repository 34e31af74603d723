using LlmKube.Models.Backends;

namespace LlmKube.Models.Oci;

/// <summary>Brings images from registries into a folder of blobs; what is there is not asked for again.</summary>
internal sealed class ImagePuller(RegistryOptions options, BlobFolder folder, TimeProvider time)
{
    private const int Attempts = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>The image, with all it refers to.</summary>
    /// <param name="image">Its name.</param>
    /// <param name="platform">The one platform that is wanted of several, as <c>linux/arm64</c>; null takes all.</param>
    /// <param name="progress">Told of bytes as they arrive.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(OciDescriptor? Root, ModelFailure? Failure)> PullAsync(ImageReference image, string? platform, Action<long>? progress, CancellationToken cancellationToken)
    {
        var (client, fault) = RegistryClient.Create(image, options, time);
        if (client is null)
        {
            return (null, fault);
        }

        using (client)
        {
            var (root, failure) = await ManifestAsync(client, image.Wanted, cancellationToken);
            if (root is null)
            {
                return (null, failure);
            }

            if (platform is not null && OciMediaTypes.IsIndex(root.MediaType))
            {
                var index = OciJson.ReadIndex(await File.ReadAllBytesAsync(folder.PathOf(root.Digest), cancellationToken));
                var chosen = index?.Manifests.FirstOrDefault(one => one.Platform is { } on && $"{on.OperatingSystem}/{on.Architecture}" == platform);
                if (chosen is null)
                {
                    var known = index?.Manifests.Select(one => one.Platform).OfType<OciPlatform>().Select(on => $"{on.OperatingSystem}/{on.Architecture}").Where(on => !on.StartsWith("unknown", StringComparison.Ordinal));
                    return (null, new ModelFailure(FailureKind.NotFound, $"{image} is not made for {platform}. It has: {string.Join(", ", known ?? [])}."));
                }

                (root, failure) = await ManifestAsync(client, chosen.Digest, cancellationToken);
                if (root is null)
                {
                    return (null, failure);
                }
            }

            failure = await BelowAsync(client, root, progress, cancellationToken);
            return failure is null ? (root, null) : (null, failure);
        }
    }

    private async Task<ModelFailure?> BelowAsync(RegistryClient client, OciDescriptor root, Action<long>? progress, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(folder.PathOf(root.Digest), cancellationToken);
        if (OciMediaTypes.IsIndex(root.MediaType))
        {
            foreach (var below in OciJson.ReadIndex(bytes)?.Manifests ?? [])
            {
                var (found, failure) = await ManifestAsync(client, below.Digest, cancellationToken);
                if ((failure ?? (found is null ? null : await BelowAsync(client, found, progress, cancellationToken))) is { } fault)
                {
                    return fault;
                }
            }

            return null;
        }

        if (OciJson.ReadManifest(bytes) is not { } manifest)
        {
            return new ModelFailure(FailureKind.Invalid, $"the manifest {root.Digest} is none that can be read ({root.MediaType}).");
        }

        foreach (var blob in manifest.Blobs.Where(blob => !folder.Has(blob)))
        {
            if (await BlobAsync(client, blob, progress, cancellationToken) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private async Task<(OciDescriptor? Found, ModelFailure? Failure)> ManifestAsync(RegistryClient client, string wanted, CancellationToken cancellationToken)
    {
        var (descriptor, bytes, failure) = await client.GetManifestAsync(wanted, cancellationToken);
        if (descriptor is not null)
        {
            folder.Add(descriptor.Digest, bytes);
        }

        return (descriptor, failure);
    }

    private async Task<ModelFailure?> BlobAsync(RegistryClient client, OciDescriptor blob, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!OciDigest.IsValid(blob.Digest))
        {
            return new ModelFailure(FailureKind.Invalid, $"'{blob.Digest}' is no digest that is known here: only sha256 is.");
        }

        for (var attempt = 1; ; attempt++)
        {
            var (content, failure) = await client.OpenBlobAsync(blob, cancellationToken);
            if (content is not null)
            {
                await using (content)
                {
                    try
                    {
                        failure = await folder.AddAsync(blob, content, progress, cancellationToken);
                    }
                    catch (IOException e)
                    {
                        failure = new ModelFailure(FailureKind.Unavailable, $"the blob {blob.Digest} was cut off: {e.Message}");
                    }
                }
            }

            if (failure is null || !failure.Heals || attempt == Attempts)
            {
                return failure;
            }

            await Task.Delay(failure.RetryAfter ?? s_pause * attempt, time, cancellationToken);
        }
    }
}
