using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>The manifest and the configuration, each with its bytes; the model's files have to have their digests.</summary>
    public static (OciDescriptor Manifest, byte[] ManifestBytes, OciDescriptor Config, byte[] ConfigBytes) Describe(StoredModel model, string? architecture, string? quantization)
    {
        var layers = model.Files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => new OciDescriptor
        {
            MediaType = TypeOf(file.Path),
            Digest = OciDigest.OfHex(file.Sha256!),
            Size = file.SizeBytes,
            Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [FilePath] = file.Path },
        }).ToList();
        var config = new JsonObject
        {
            ["descriptor"] = Known(("createdAt", model.StoredAt.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)), ("name", NameOf(model)), ("sourceURL", model.Source), ("revision", model.Revision)),
            ["config"] = Known(("architecture", architecture), ("format", FormatOf(model)), ("quantization", quantization)),
            ["modelfs"] = new JsonObject { ["type"] = "layers", ["diffIds"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Digest)]) },
        };
        var configBytes = JsonSerializer.SerializeToUtf8Bytes(config, ModelPackJson.Default.JsonObject);
        var configDescriptor = new OciDescriptor { MediaType = ConfigType, Digest = OciDigest.Of(configBytes), Size = configBytes.Length };
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [SourceAnnotation] = model.Source };
        if (model.Revision is { } revision)
        {
            annotations[RevisionAnnotation] = revision;
        }

        var manifest = new OciManifest { MediaType = OciMediaTypes.Manifest, ArtifactType = ArtifactType, Config = configDescriptor, Layers = layers, Annotations = annotations };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, OciJson.Default.OciManifest);
        return (new OciDescriptor { MediaType = OciMediaTypes.Manifest, Digest = OciDigest.Of(bytes), Size = bytes.Length, ArtifactType = ArtifactType, Annotations = annotations }, bytes, configDescriptor, configBytes);
    }

    private static string NameOf(StoredModel model) => model.Source.TrimEnd('/').Split('/')[^1];

    private static string? FormatOf(StoredModel model) =>
        model.Files.Any(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) ? "gguf"
        : model.Files.Any(file => file.Path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) ? "safetensors"
        : null;

    private static string TypeOf(string path) => $"application/vnd.cncf.model.{Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" or ".txt" or ".model" or ".jinja" or ".yaml" or ".yml" or ".vocab" => "weight.config",
        ".md" or "" => "doc",
        ".py" => "code",
        _ => "weight",
    }}.v1.raw";

    private static JsonObject Known(params (string Name, string? Value)[] fields) =>
        new(fields.Where(field => field.Value is { Length: > 0 }).Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Value)));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class ModelPackJson : System.Text.Json.Serialization.JsonSerializerContext;
