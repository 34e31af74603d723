using System.Text.Json.Nodes;

namespace LlmKube.Models.Oci;

/// <summary>A model as an image for containers (OCI image specification): what a pod mounts as an image volume.</summary>
internal static class ModelImage
{
    public const string LayerType = "application/vnd.oci.image.layer.v1.tar";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";

    /// <summary>The manifest and the configuration of an image with these layers. Weights know no processor; container runtimes ask for one.</summary>
    public static ModelArtifact Describe(ModelPackDescription model, IReadOnlyList<OciDescriptor> layers)
    {
        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject(),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Digest)]) },
        };
        return Artifacts.Of(ConfigType, config, layers, artifactType: null, Artifacts.AnnotationsOf(model));
    }
}
