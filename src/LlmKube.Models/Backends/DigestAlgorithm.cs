namespace LlmKube.Models.Backends;

/// <summary>How a <see cref="ContentDigest"/> is computed.</summary>
public enum DigestAlgorithm
{
    /// <summary>SHA-256 over the bytes.</summary>
    Sha256,

    /// <summary>SHA-1 over <c>blob {length}\0</c> and the bytes.</summary>
    GitBlobSha1,
}
