using System.Text.Json;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources;

/// <summary>
/// What a claim's annotation says of a model in its store: who put it there by hand notes it, so that a Model with that source is
/// served though its place cannot be reached. Whether it is really there, the pod that serves it finds out.
/// </summary>
public sealed record StoredModelNote
{
    /// <summary>Followed by the cache key.</summary>
    public const string AnnotationPrefix = "stored.inference.llmkube.dev/";

    public string? Revision { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>Digest of its only file.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Paths of its files, below its folder.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    public GgufStatus? Gguf { get; init; }

    public static string AnnotationOf(string cacheKey) => AnnotationPrefix + cacheKey;

    /// <summary>What annotations say of the key; null where they say nothing that can be read.</summary>
    public static StoredModelNote? Find(IReadOnlyDictionary<string, string>? annotations, string cacheKey)
    {
        try
        {
            return annotations?.GetValueOrDefault(AnnotationOf(cacheKey)) is { } text ? JsonSerializer.Deserialize(text, ResourcesJson.Default.StoredModelNote) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToText() => JsonSerializer.Serialize(this, ResourcesJson.Default.StoredModelNote);
}
