using System.Globalization;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.Oci;

/// <summary>
/// Which files a manifest's layers are, in the ways that models are kept in registries: CNCF ModelPack, Docker Model Runner, ORAS, Ollama.
/// Pure.
/// </summary>
internal static class OciModelFiles
{
    private const string DockerAi = "application/vnd.docker.ai.";
    private const string Ollama = "application/vnd.ollama.image.";

    /// <summary>The layers that are files, each with its path; or what is in the way.</summary>
    public static (IReadOnlyList<(string Path, OciDescriptor Layer)> Files, string? Problem) Of(OciManifest manifest)
    {
        var files = new List<(string Path, OciDescriptor Layer)>();
        var weights = manifest.Layers.Count(layer => layer.MediaType.StartsWith(DockerAi + "gguf", StringComparison.Ordinal));
        foreach (var layer in manifest.Layers)
        {
            if (IsPacked(layer.MediaType))
            {
                return ([], layer.MediaType.Contains("image.layer", StringComparison.Ordinal) || layer.MediaType.Contains("image.rootfs", StringComparison.Ordinal)
                    ? "it is an image for containers: its layers are file systems. Push the model as an artifact (ModelPack, ORAS), or copy its files elsewhere."
                    : $"its layer {layer.MediaType} is an archive. Push the model with plain layers, one for each file.");
            }

            if (PathOf(layer, weights, files.Count(one => one.Path.EndsWith(".gguf", StringComparison.Ordinal))) is { } path)
            {
                files.Add((path, layer));
            }
        }

        return files.Count == 0 ? ([], "none of its layers is a file of a model.")
            : files.FirstOrDefault(file => !RelativePath.IsSafe(file.Path)) is { Path: { } bad } ? ([], $"it names a file '{bad}', which is no path below the model's folder.")
            : ([.. files.OrderBy(file => file.Path, StringComparer.Ordinal)], null);
    }

    private static bool IsPacked(string mediaType) =>
        mediaType.EndsWith(".tar", StringComparison.Ordinal) || mediaType.Contains(".tar+", StringComparison.Ordinal) || mediaType.Contains(".tar.", StringComparison.Ordinal)
        || mediaType.EndsWith("+gzip", StringComparison.Ordinal) || mediaType.EndsWith("+zstd", StringComparison.Ordinal);

    /// <summary>Null for a layer that no engine opens.</summary>
    private static string? PathOf(OciDescriptor layer, int weights, int before) =>
        layer.Annotations?.GetValueOrDefault(ModelPack.FilePath) ?? layer.Annotations?.GetValueOrDefault(OciAnnotations.Title) ?? layer.MediaType switch
        {
            _ when layer.MediaType.StartsWith(DockerAi + "gguf", StringComparison.Ordinal) => weights == 1 ? "model.gguf" : string.Create(CultureInfo.InvariantCulture, $"model-{before + 1:D5}-of-{weights:D5}.gguf"),
            DockerAi + "mmproj" or Ollama + "projector" => "mmproj-model.gguf",
            DockerAi + "chat.template.jinja" => "template.jinja",
            Ollama + "model" => "model.gguf",
            Ollama + "template" => "template.txt",
            _ => null,
        };
}
