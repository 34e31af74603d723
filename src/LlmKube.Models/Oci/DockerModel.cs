using System.Text.Json.Nodes;

namespace LlmKube.Models.Oci;

/// <summary>A model as Docker Model Runner reads it: its configuration 0.2, each file a layer with its path.</summary>
internal static class DockerModel
{
    private const string ConfigType = "application/vnd.docker.ai.model.config.v0.2+json";

    public static ModelArtifact Describe(ModelPackDescription model)
    {
        var layers = Artifacts.LayersOf(model.Files, TypeOf);
        var config = new JsonObject
        {
            ["config"] = Artifacts.Known(("format", model.Format), ("quantization", model.Quantization), ("architecture", model.Architecture)),
            ["descriptor"] = new JsonObject(),
            ["rootfs"] = new JsonObject { ["type"] = "rootfs", ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Digest)]) },
        };
        return Artifacts.Of(ConfigType, config, layers, artifactType: null, Artifacts.AnnotationsOf(model));
    }

    private static string TypeOf(string path) => "application/vnd.docker.ai." + (Path.GetFileName(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase) ? "mmproj" : Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".gguf" => "gguf.v3",
        ".safetensors" => "safetensors",
        ".jinja" => "chat.template.jinja",
        _ => "model.file",
    });
}
