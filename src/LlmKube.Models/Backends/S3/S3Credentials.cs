namespace LlmKube.Models.Backends.S3;

/// <summary>Who asks an object store.</summary>
/// <param name="AccessKey">The key's public part.</param>
/// <param name="SecretKey">Its secret part.</param>
/// <param name="SessionToken">The token of a key that was lent for a time; null for others.</param>
internal sealed record S3Credentials(string AccessKey, string SecretKey, string? SessionToken);
