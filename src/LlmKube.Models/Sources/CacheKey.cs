using System.Security.Cryptography;
using System.Text;

namespace LlmKube.Models.Sources;

/// <summary>The name of a model's folder in a store: the first 16 hex characters of the SHA-256 of its source, as existing LLMKube caches have it.</summary>
public static class CacheKey
{
    /// <summary>Characters of a key.</summary>
    public const int Length = 16;

    /// <summary>The key of a source exactly as it was written: nothing is normalised, or existing caches would be lost.</summary>
    public static string Of(string source) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..Length];
}
