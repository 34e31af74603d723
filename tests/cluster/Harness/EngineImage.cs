using LlmKube.Agent.Engines;
using LlmKube.TestKit;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>A real llama-server as a container image: Debian's own, at the paths that it has on this machine.</summary>
internal static class EngineImage
{
    public const string Name = "llmkube.test/llama-server:test";

    private static readonly Dictionary<string, string> s_nothing = new(StringComparer.Ordinal);

    /// <summary>Fetches it once; a reason where that is not possible.</summary>
    public static async Task<string?> FetchAsync() =>
        await LlamaServerInstaller.InstallAsync(RealEngine.Home, static _ => { }, CancellationToken.None) is InstallResult.NotPossible no ? $"no llama-server can be fetched: {no.Message}" : null;

    public static void Write(string archive)
    {
        // Nothing of the machine's own counts: an image has none of its libraries.
        var launch = LlamaServerLocator.Find(named: null, RealEngine.Home, static _ => null) ?? throw new InvalidOperationException("The engine was fetched and is not there.");
        var folder = Path.Combine(RealEngine.Home, "runtime");
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/share/", StringComparison.Ordinal) && File.Exists(path)).Order(StringComparer.Ordinal).Select(path => (path, path));
        ImageArchive.Write(archive, Name, files, [launch.Executable, .. launch.LeadingArguments], launch.Environment.Count == 0 ? s_nothing : launch.Environment);
    }
}
