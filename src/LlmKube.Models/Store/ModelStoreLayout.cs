using LlmKube.Models.Sources;

namespace LlmKube.Models.Store;

/// <summary>Where things are in a model store: the same tree on a laptop, a host path or a volume.</summary>
public sealed record ModelStoreLayout(string Root)
{
    /// <summary>The metadata beside a model's files.</summary>
    public const string MetadataFileName = ".llmkube.json";

    /// <summary>The folder that a runtime opens for a source.</summary>
    public string ModelFolder(string cacheKey) => Path.Combine(Root, Checked(cacheKey));

    public string MetadataFile(string cacheKey) => Path.Combine(ModelFolder(cacheKey), MetadataFileName);

    /// <summary>A file of a model; its name came from outside and is one path below the folder, or null.</summary>
    public string? ModelFile(string cacheKey, string name) => RelativePath.IsSafe(name) ? Path.Combine(ModelFolder(cacheKey), name) : null;

    /// <summary>Each distinct file once, by the hex digits of its SHA-256.</summary>
    public string Blob(string sha256) => Path.Combine(Root, "blobs", "sha256", Checked(sha256));

    /// <summary>All blobs.</summary>
    public string BlobFolder => Path.Combine(Root, "blobs", "sha256");

    /// <summary>What is not finished, of all keys.</summary>
    public string PartialRoot => Path.Combine(Root, "partial");

    /// <summary>A model's folder before it is published: complete as soon as its metadata is in it.</summary>
    public string StagedFolder(string cacheKey) => Path.Combine(PartialFolder(cacheKey), "publish");

    /// <summary>Transfers that are not finished.</summary>
    public string PartialFolder(string cacheKey) => Path.Combine(Root, "partial", Checked(cacheKey));

    /// <summary>Held by the one writer of a key.</summary>
    public string LockFile(string cacheKey) => Path.Combine(Root, "locks", Checked(cacheKey));

    /// <summary>Whether a name in the root is a model's folder.</summary>
    public static bool IsKey(string name) => name.Length == CacheKey.Length && name.All(char.IsAsciiHexDigitLower);

    private static string Checked(string key) =>
        key.Length > 0 && key.All(char.IsAsciiHexDigitLower) ? key : throw new ArgumentException($"'{key}' is no key: keys are lower-case hex digits.", nameof(key));
}
