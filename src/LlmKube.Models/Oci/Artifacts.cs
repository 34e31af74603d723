using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Oci;

/// <summary>What the documents of all artifacts have in common.</summary>
internal static class Artifacts
{
    public static ModelArtifact Of(string configType, JsonObject config, IReadOnlyList<OciDescriptor> layers, string? artifactType, IReadOnlyDictionary<string, string> annotations)
    {
        var configBytes = JsonSerializer.SerializeToUtf8Bytes(config, ModelPackJson.Default.JsonObject);
        var configDescriptor = new OciDescriptor { MediaType = configType, Digest = OciDigest.Of(configBytes), Size = configBytes.Length };
        var manifest = new OciManifest { MediaType = OciMediaTypes.Manifest, ArtifactType = artifactType, Config = configDescriptor, Layers = layers, Annotations = annotations };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, OciJson.Default.OciManifest);
        return new ModelArtifact(new OciDescriptor { MediaType = OciMediaTypes.Manifest, Digest = OciDigest.Of(bytes), Size = bytes.Length, ArtifactType = artifactType, Annotations = annotations }, bytes, configDescriptor, configBytes);
    }

    public static SortedDictionary<string, string> AnnotationsOf(ModelPackDescription model)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in ((string, string?)[])[(ModelPack.SourceAnnotation, model.Source), (ModelPack.RevisionAnnotation, model.Revision), (OciAnnotations.Version, model.Version), (OciAnnotations.Licenses, model.License)])
        {
            if (value is { Length: > 0 })
            {
                annotations[name] = value;
            }
        }

        return annotations;
    }

    /// <summary>Each file a layer as it is, with its path as models' clients and as general ones of artifacts look for it.</summary>
    public static IReadOnlyList<OciDescriptor> LayersOf(IReadOnlyList<VersionFile> files, Func<string, string> typeOf) => [.. files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => new OciDescriptor
    {
        MediaType = typeOf(file.Path),
        Digest = OciDigest.OfHex(file.Sha256),
        Size = file.Size,
        Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ModelPack.FilePath] = file.Path, [OciAnnotations.Title] = file.Path },
    })];

    public static JsonObject Known(params (string Name, string? Value)[] fields) =>
        new(fields.Where(field => field.Value is { Length: > 0 }).Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Value)));
}
