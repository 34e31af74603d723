namespace LlmKube.Agent.Engines;

/// <summary>Finds llama-server: the one that was named, the one on PATH, or the one that <see cref="LlamaServerInstaller"/> unpacked.</summary>
public static class LlamaServerLocator
{
    private const string Program = "llama-server";

    /// <summary>How to run it, or null when there is none.</summary>
    /// <param name="named">A path that was given explicitly; it is used as it is.</param>
    /// <param name="home">The product's folder.</param>
    /// <param name="environment">Looks an environment variable up.</param>
    public static EngineLaunch? Find(string? named, string home, Func<string, string?> environment)
    {
        if (named is not null)
        {
            return IsProgram(named) ? Plain(named) : null;
        }

        foreach (var folder in (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(folder, OperatingSystem.IsWindows() ? Program + ".exe" : Program);
            if (IsProgram(candidate))
            {
                return Plain(candidate);
            }
        }

        return FindUnpacked(InstallFolder(home));
    }

    internal static string InstallFolder(string home) => Path.Combine(home, "runtime", "llama.cpp");

    /// <summary>Programs of another release of the system start through their own loader, with their own libraries.</summary>
    internal static EngineLaunch? FindUnpacked(string root)
    {
        var server = Path.Combine(root, "usr", "bin", Program);
        if (!File.Exists(server)
            || FindFile(root, "ld-linux-*.so.*") is not { } loader
            || FindFile(root, "libllama.so.*") is not { } library)
        {
            return null;
        }

        var libraries = Path.GetDirectoryName(library)!;
        var backends = Directory.GetFiles(root, "libggml-cpu-*.so", SearchOption.AllDirectories);
        var version = Path.Combine(root, "VERSION");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (CpuBackends.Choose(backends, CpuBackends.ReadFlags()) is { } backend)
        {
            environment["GGML_BACKEND_PATH"] = backend;
        }

        return new EngineLaunch(loader, ["--library-path", $"{libraries}:{Path.Combine(libraries, "llama")}", server], environment)
        {
            Version = File.Exists(version) ? File.ReadAllText(version).Trim() : null,
        };
    }

    private static bool IsProgram(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);

    private static EngineLaunch Plain(string path) => new(path, [], new Dictionary<string, string>(StringComparer.Ordinal));

    private static string? FindFile(string root, string pattern) =>
        Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).FirstOrDefault();
}
