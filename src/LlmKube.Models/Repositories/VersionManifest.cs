using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>
/// What a version of a model consists of: <c>models/&lt;name&gt;/&lt;version&gt;/manifest.json</c>. It is written last and never changed, so that a
/// version with one is whole.
/// </summary>
public sealed record VersionManifest
{
    public const string FileName = "manifest.json";

    /// <summary>More than the list of any model's files takes.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required IReadOnlyList<VersionFile> Files { get; init; }

    /// <summary>Where the files came from, without credentials.</summary>
    public string? Source { get; init; }

    public string? License { get; init; }

    public DateTimeOffset? Created { get; init; }

    public string? Format { get; init; }

    public string? Quantization { get; init; }

    [JsonIgnore]
    public long SizeBytes => Files.Sum(file => file.Size);

    /// <summary>Whether both have the same files with the same bytes.</summary>
    public bool HasFilesOf(VersionManifest other) => Files.OrderBy(file => file.Path, StringComparer.Ordinal).SequenceEqual(other.Files.OrderBy(file => file.Path, StringComparer.Ordinal));

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, VersionManifestJson.Default.VersionManifest);

    /// <summary>Null for another program's <c>manifest.json</c>, or one that names files outside its folder.</summary>
    public static VersionManifest? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, VersionManifestJson.Default.VersionManifest) is { Files: { Count: > 0 } files } manifest
                && files.All(file => RelativePath.IsSafe(file.Path) && file.Size >= 0 && file.Sha256.Length == 64 && file.Sha256.All(char.IsAsciiHexDigitLower))
                && files.DistinctBy(file => file.Path, StringComparer.Ordinal).Count() == files.Count
                    ? manifest
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One file of a version.</summary>
/// <param name="Path">Below the version's folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its bytes, in lower-case hex digits.</param>
public sealed record VersionFile(string Path, long Size, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(VersionManifest))]
internal sealed partial class VersionManifestJson : JsonSerializerContext;
