using System.Globalization;
using LlmKube.Models.Formats;
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
    private const string ImageLayer = "application/vnd.oci.image.layer.v1.tar";
    private const string OrasUnpack = "io.deis.oras.content.unpack";
    private const string Ollama = "application/vnd.ollama.image.";

    /// <summary>The layers that are files, each with its path; or what is in the way.</summary>
    public static (IReadOnlyList<(string Path, OciDescriptor Layer)> Files, string? Problem) Of(OciManifest manifest)
    {
        var files = new List<(string Path, OciDescriptor Layer)>();
        var weights = manifest.Layers.Count(layer => layer.MediaType.StartsWith(DockerAi + "gguf", StringComparison.Ordinal));
        foreach (var layer in manifest.Layers)
        {
            if (PackingOf(layer) is not { } packing)
            {
                return ([], $"its layer {layer.MediaType} is compressed in a way that is not known here{(layer.MediaType.EndsWith("zstd", StringComparison.Ordinal) ? " (zstd needs the system's libzstd)" : "")}. Push it with layers that are plain or compressed with gzip.");
            }

            if (packing != Packing.None)
            {
                // In order, and no file of a model is called so.
                files.Add((string.Create(CultureInfo.InvariantCulture, $"layer-{files.Count:D5}.packed"), layer));
                continue;
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

    /// <summary>Whether container runtimes take it for an image.</summary>
    public static bool IsImage(OciManifest manifest) => manifest.Config.MediaType is "application/vnd.oci.image.config.v1+json" or "application/vnd.docker.container.image.v1+json"
        && manifest.Layers.All(layer => layer.MediaType.Contains("image.layer", StringComparison.Ordinal) || layer.MediaType.Contains("image.rootfs", StringComparison.Ordinal));

    /// <summary>How a layer holds files; null where that is not known.</summary>
    public static Packing? PackingOf(OciDescriptor layer) => layer.MediaType switch
    {
        // ORAS gives plain files the type of an image's layer, with their name; a folder that it packed says so.
        _ when layer.Annotations?.ContainsKey(OciAnnotations.Title) == true && layer.MediaType.StartsWith(ImageLayer, StringComparison.Ordinal) && layer.Annotations.GetValueOrDefault(OrasUnpack) != "true" => Packing.None,
        var type when type.EndsWith(".tar", StringComparison.Ordinal) => Packing.Tar,
        var type when type.EndsWith(".tar+gzip", StringComparison.Ordinal) || type.EndsWith(".tar.gzip", StringComparison.Ordinal) => Packing.TarGzip,
        var type when Zstandard.IsAvailable && (type.EndsWith(".tar+zstd", StringComparison.Ordinal) || type.EndsWith(".tar.zstd", StringComparison.Ordinal)) => Packing.TarZstd,
        var type when type.EndsWith("+zstd", StringComparison.Ordinal) || type.EndsWith("+gzip", StringComparison.Ordinal) || type.Contains(".tar", StringComparison.Ordinal) => null,
        _ => Packing.None,
    };

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
