using LlmKube.Models.Backends;
using LlmKube.Models.Store;

namespace LlmKube.Models.Oci;

/// <summary>Blobs in files named by their digests: what was brought is verified, and is not brought again.</summary>
internal sealed class BlobFolder(string root)
{
    public string PathOf(string digest) => Path.Combine(root, OciDigest.HexOf(digest));

    public bool Has(OciDescriptor blob) => OciDigest.IsValid(blob.Digest) && new FileInfo(PathOf(blob.Digest)) is { Exists: true } file && file.Length == blob.Size;

    public void Add(string digest, byte[] bytes)
    {
        Directory.CreateDirectory(root);
        File.WriteAllBytes(PathOf(digest) + ".partial", bytes);
        File.Move(PathOf(digest) + ".partial", PathOf(digest), overwrite: true);
    }

    /// <summary>Takes a blob from a stream; what does not hash as it should is dropped.</summary>
    public async Task<ModelFailure?> AddAsync(OciDescriptor blob, Stream content, Action<long>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        var partial = PathOf(blob.Digest) + ".partial";
        File.Delete(partial);
        try
        {
            var (size, sha256) = await HashedCopy.WriteAsync(content, partial, progress, cancellationToken);
            if (OciDigest.OfHex(sha256) != blob.Digest)
            {
                return new ModelFailure(size == blob.Size ? FailureKind.Corrupt : FailureKind.Unavailable, $"the {size} bytes of {blob.Digest} that came hash to {OciDigest.OfHex(sha256)}; {blob.Size} were announced.");
            }

            File.Move(partial, PathOf(blob.Digest), overwrite: true);
            return null;
        }
        catch (HttpRequestException e)
        {
            return new ModelFailure(FailureKind.Unavailable, $"the blob {blob.Digest} was cut off: {e.Message}");
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
