using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>Hashes a file's bytes in their order: always to SHA-256, and to git's name of the file where its place publishes that.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _git;

    public ContentHasher(ContentDigest? expected, long? sizeBytes)
    {
        if (expected is { Algorithm: DigestAlgorithm.GitBlobSha1 } && sizeBytes is { } size)
        {
#pragma warning disable CA5350 // Git names files by SHA-1; it is compared with what the place publishes, not relied on for anything else.
            _git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
            _git.AppendData(Encoding.ASCII.GetBytes($"blob {size}\0"));
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _sha256.AppendData(bytes);
        _git?.AppendData(bytes);
    }

    /// <summary>The hashes of all that was added; the hasher starts anew.</summary>
    public ContentHashes Finish() => new(Convert.ToHexStringLower(_sha256.GetHashAndReset()), _git is null ? null : Convert.ToHexStringLower(_git.GetHashAndReset()));

    public void Dispose()
    {
        _sha256.Dispose();
        _git?.Dispose();
    }
}
