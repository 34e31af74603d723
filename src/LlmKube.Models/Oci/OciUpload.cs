using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Oci;

/// <summary>Sends a file of a session as a blob, without a detour over a disk.</summary>
internal static class OciUpload
{
    /// <summary>Sends it, unless the registry has it.</summary>
    /// <returns>The file with its digest.</returns>
    /// <exception cref="RepositoryException">It could not be read, or not be sent.</exception>
    public static async Task<VersionFile> SendAsync(RegistryClient client, IModelSession content, RemoteFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (file.SizeBytes is not { } size)
        {
            throw WithoutSize(file);
        }

        if (file.Digest is { Algorithm: DigestAlgorithm.Sha256 } announced && await HasAsync(client, content, OciDigest.OfHex(announced.Hex), cancellationToken))
        {
            progress?.Invoke(size);
            return new VersionFile(file.Path, size, announced.Hex);
        }

        await using var source = new CheckedContent(content, file, progress);

        // The registry holds the bytes against the digest that it is told at the end: the announced one, where there is one.
        var failure = await client.PushBlobAsync(source, size, () => OciDigest.OfHex(file.Digest is { Algorithm: DigestAlgorithm.Sha256 } known ? known.Hex : source.Sha256), cancellationToken);
        return failure is null ? new VersionFile(file.Path, size, source.Sha256) : throw source.Broken ?? new RepositoryException(failure);
    }

    /// <summary>Whether the repository has a blob, or gets it from another one of the same registry, which only has to name it.</summary>
    private static async Task<bool> HasAsync(RegistryClient client, IModelSession content, string digest, CancellationToken cancellationToken) =>
        await client.HasBlobAsync(digest, cancellationToken)
        || (content is OciSession { Place: var from } && from.Registry == client.Place.Registry && from.Repository != client.Place.Repository && await client.MountBlobAsync(digest, from.Repository, cancellationToken));

    /// <summary>A registry wants to know how long a blob is before it comes.</summary>
    public static RepositoryException WithoutSize(RemoteFile file) => new(FailureKind.Invalid, $"the place of {file.Path} does not say how long it is. Fetch it into a store first, and push it from there.");
}
