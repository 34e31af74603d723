using System.Text.Json.Serialization;

namespace LlmKube.Models.Oci;

/// <summary>The media types of the OCI image specification, and those of Docker that mean the same.</summary>
public static class OciMediaTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    public static bool IsIndex(string? mediaType) => mediaType is Index or DockerIndex;

    public static bool IsManifest(string? mediaType) => mediaType is Manifest or DockerManifest;
}

/// <summary>Annotations that the OCI image specification names.</summary>
public static class OciAnnotations
{
    public const string Title = "org.opencontainers.image.title";
    public const string Version = "org.opencontainers.image.version";
    public const string Licenses = "org.opencontainers.image.licenses";
}

/// <summary>What a blob is, how long it is, and what it hashes to (OCI image specification, descriptor).</summary>
public sealed record OciDescriptor
{
    public required string MediaType { get; init; }

    /// <summary><c>sha256:</c> and 64 hex digits.</summary>
    public required string Digest { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    public string? ArtifactType { get; init; }

    public OciPlatform? Platform { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>What an image runs on.</summary>
public sealed record OciPlatform
{
    public required string Architecture { get; init; }

    [JsonPropertyName("os")]
    public required string OperatingSystem { get; init; }

    public string? Variant { get; init; }
}

/// <summary>An image manifest: a configuration and layers.</summary>
public sealed record OciManifest
{
    public int SchemaVersion { get; init; } = 2;

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public required OciDescriptor Config { get; init; }

    public IReadOnlyList<OciDescriptor> Layers { get => field ?? []; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Everything that it refers to.</summary>
    [JsonIgnore]
    public IEnumerable<OciDescriptor> Blobs => [Config, .. Layers];
}

/// <summary>A list of manifests: of several platforms, or of an archive.</summary>
public sealed record OciIndex
{
    public int SchemaVersion { get; init; } = 2;

    public string? MediaType { get; init; }

    public IReadOnlyList<OciDescriptor> Manifests { get => field ?? []; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>Reads and writes the documents.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciIndex))]
internal sealed partial class OciJson : JsonSerializerContext
{
    /// <summary>As much as registries take for a manifest.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    public static OciManifest? ReadManifest(ReadOnlySpan<byte> json) => JsonOrNull.Read(json, Default.OciManifest);

    public static OciIndex? ReadIndex(ReadOnlySpan<byte> json) => JsonOrNull.Read(json, Default.OciIndex);
}
