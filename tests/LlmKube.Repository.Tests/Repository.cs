using System.Diagnostics;
using LlmKube.TestKit;

namespace LlmKube.Repository.Tests;

/// <summary>The checkout under test: its root, its tracked files, its compiled assemblies.</summary>
internal static class Repository
{
    public static string Root => Checkout.Root;

    /// <summary>Paths of all files that git tracks or would track, relative to the root.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> SourceFiles => Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Our assemblies, as they lie beside this test.</summary>
    public static IReadOnlyList<string> AssemblyPaths { get; } =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "LlmKube.*.dll")
            .Append(Path.Combine(AppContext.BaseDirectory, "llmkube.dll"))
            .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal) && !path.EndsWith("TestKit.dll", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    public static string Read(string path) => Checkout.Read(path);

    public static string[] ReadLines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>The name an assembly has in the design: the executable is <c>LlmKube.Cli</c>.</summary>
    public static string DesignName(string assemblyName) => assemblyName == "llmkube" ? "LlmKube.Cli" : assemblyName;

    private static string[] ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return [.. files.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Root, f)))];
    }
}
