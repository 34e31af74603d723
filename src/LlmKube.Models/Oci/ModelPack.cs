using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Models.Repositories;
using LlmKube.Models.Store;

namespace LlmKube.Models.Oci;

/// <summary>
/// A stored model as an artifact of the CNCF ModelPack specification: each file one uncompressed layer, whose digest is the file's own,
/// so that nothing is packed or copied to make one.
/// </summary>
public static class ModelPack
{
    public const string ArtifactType = "application/vnd.cncf.model.manifest.v1+json";
    public const string FilePath = "org.cncf.model.filepath";

    /// <summary>The source that Models name it by, and the revision that it is of.</summary>
    public const string SourceAnnotation = "dev.llmkube.source";
    public const string RevisionAnnotation = "dev.llmkube.revision";
    private const string ConfigType = "application/vnd.cncf.model.config.v1+json";

    /// <summary>The manifest and the configuration of a stored model, whose files have to have their digests.</summary>
    public static ModelArtifact Describe(StoredModel model, string? architecture, string? quantization) => Describe(new ModelPackDescription
    {
        Files = [.. model.Files.Select(file => new VersionFile(file.Path, file.SizeBytes, file.Sha256!))],
        Name = model.Source.TrimEnd('/').Split('/')[^1],
        Source = model.Source,
        Revision = model.Revision,
        Created = model.StoredAt,
        Architecture = architecture,
        Format = FormatOf([.. model.Files.Select(file => file.Path)]),
        Quantization = quantization,
    });

    /// <summary>The manifest and the configuration, each with its bytes. Equal descriptions give equal bytes.</summary>
    public static ModelArtifact Describe(ModelPackDescription model)
    {
        var layers = Artifacts.LayersOf(model.Files, TypeOf);
        var created = model.Created?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var descriptor = Artifacts.Known(("createdAt", created), ("name", model.Name), ("version", model.Version), ("sourceURL", model.Source), ("revision", model.Revision));
        if (model.License is { Length: > 0 } license)
        {
            descriptor["licenses"] = new JsonArray(license);
        }

        var config = new JsonObject
        {
            ["descriptor"] = descriptor,
            ["config"] = Artifacts.Known(("architecture", model.Architecture), ("format", model.Format), ("quantization", model.Quantization)),
            ["modelfs"] = new JsonObject { ["type"] = "layers", ["diffIds"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Digest)]) },
        };
        return Artifacts.Of(ConfigType, config, layers, ArtifactType, Artifacts.AnnotationsOf(model));
    }

    /// <summary>What the configuration of an artifact says of its model; null for one that is none.</summary>
    internal static JsonObject? ReadConfig(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ModelPackJson.Default.JsonObject);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The format that a model's files have; null where they say none.</summary>
    public static string? FormatOf(IReadOnlyList<string> paths) =>
        paths.Any(path => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) ? "gguf"
        : paths.Any(path => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) ? "safetensors"
        : null;

    private static string TypeOf(string path) => $"application/vnd.cncf.model.{Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" or ".txt" or ".model" or ".jinja" or ".yaml" or ".yml" or ".vocab" => "weight.config",
        ".md" or "" => "doc",
        ".py" => "code",
        _ => "weight",
    }}.v1.raw";
}

/// <summary>What an artifact says of its model.</summary>
public sealed record ModelPackDescription
{
    public required IReadOnlyList<VersionFile> Files { get; init; }

    public string? Name { get; init; }

    public string? Version { get; init; }

    public string? Source { get; init; }

    public string? Revision { get; init; }

    public string? License { get; init; }

    public DateTimeOffset? Created { get; init; }

    public string? Architecture { get; init; }

    public string? Format { get; init; }

    public string? Quantization { get; init; }
}

/// <summary>The documents of an artifact, each with its bytes.</summary>
public sealed record ModelArtifact(OciDescriptor Manifest, byte[] ManifestBytes, OciDescriptor Config, byte[] ConfigBytes);

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class ModelPackJson : System.Text.Json.Serialization.JsonSerializerContext;
