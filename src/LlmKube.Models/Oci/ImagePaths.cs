using LlmKube.Models.Signatures;

namespace LlmKube.Models.Oci;

/// <summary>Which files of an image are those of a model: all below <c>/models</c>, else what is at its root and in no folder of an operating system. Pure.</summary>
internal static class ImagePaths
{
    private const string ModelsFolder = "models/";

    private static readonly HashSet<string> s_system = new(StringComparer.Ordinal)
    {
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var",
    };

    public static bool IsOfAModel(string path) => !path.Split('/').Any(part => part.StartsWith('.')) && !s_system.Contains(path.Split('/')[0]);

    /// <summary>Where the files are that are shown: <c>/</c> or <c>/models</c>.</summary>
    public static string RootOf(IReadOnlyList<string> paths) => paths.Any(path => path.StartsWith(ModelsFolder, StringComparison.Ordinal)) ? "/models" : "/";

    /// <summary>The paths of an image that are shown, each as it is called below the model's folder; a signature is, wherever it is.</summary>
    public static IEnumerable<(string Path, string Shown)> Shown(IReadOnlyList<string> paths) => RootOf(paths) != "/"
        ? paths.Where(path => path.StartsWith(ModelsFolder, StringComparison.Ordinal)).Select(path => (path, path[ModelsFolder.Length..]))
            .Concat(paths.Where(path => path == ModelSignature.FileName).Select(path => (path, path))).DistinctBy(one => one.Item2, StringComparer.Ordinal)
        : paths.Select(path => (path, path));
}
