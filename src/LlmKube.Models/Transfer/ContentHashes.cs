using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>What a file's bytes hash to.</summary>
internal sealed record ContentHashes(string Sha256, string? GitBlobSha1)
{
    /// <summary>Whether these are the bytes that the digest names; a digest that was not computed is not matched.</summary>
    public bool Match(ContentDigest? expected) => expected is null || expected.Hex == (expected.Algorithm == DigestAlgorithm.Sha256 ? Sha256 : GitBlobSha1);
}
