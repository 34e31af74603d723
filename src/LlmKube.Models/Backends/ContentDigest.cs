namespace LlmKube.Models.Backends;

/// <summary>What a file's bytes must hash to, in one of the ways that places publish it.</summary>
/// <param name="Algorithm">How it is computed.</param>
/// <param name="Hex">The hash in lower-case hex digits.</param>
public sealed record ContentDigest(DigestAlgorithm Algorithm, string Hex)
{
    public static ContentDigest Sha256(string hex) => new(DigestAlgorithm.Sha256, hex.ToLowerInvariant());

    /// <summary>The name that git gives a file: SHA-1 over <c>blob {length}\0</c> and the bytes. The Hub publishes it for files outside LFS.</summary>
    public static ContentDigest GitBlobSha1(string hex) => new(DigestAlgorithm.GitBlobSha1, hex.ToLowerInvariant());

    public override string ToString() => $"{(Algorithm == DigestAlgorithm.Sha256 ? "sha256" : "git-sha1")}:{Hex}";
}
