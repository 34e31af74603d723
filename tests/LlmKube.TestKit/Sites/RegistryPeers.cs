using System.Diagnostics;

namespace LlmKube.TestKit.Sites;

/// <summary>Other clients of registries: Debian's skopeo and oras, fetched once into the tests' cache folder.</summary>
public sealed class RegistryPeers
{
    private static readonly SemaphoreSlim s_preparing = new(1);
    private static RegistryPeers? s_peers;

    private readonly string _folder;

    private RegistryPeers(string folder) => _folder = folder;

    /// <summary>They; null with a reason where this machine cannot have them.</summary>
    public static async Task<(RegistryPeers? Peers, string? Missing)> PrepareAsync(string repository)
    {
        await s_preparing.WaitAsync();
        try
        {
            if (s_peers is not null)
            {
                return (s_peers, null);
            }

            if (!File.Exists("/usr/bin/apt-get"))
            {
                return (null, "oras and skopeo are Debian's packages, and this is no Debian");
            }

            var (code, output, errors) = await RunAsync(new ProcessStartInfo(Path.Combine(repository, "tests", "registry", "peers")));
            s_peers = code == 0 ? new RegistryPeers(output.Trim().Split('\n')[^1]) : null;
            return (s_peers, s_peers is null ? $"oras and skopeo could not be fetched: {errors.Trim().Split('\n')[^1]}" : null);
        }
        finally
        {
            s_preparing.Release();
        }
    }

    /// <summary>Runs one of them in a folder; what it printed.</summary>
    public async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder, "bin", program), arguments) { WorkingDirectory = folder };
        start.Environment["LD_LIBRARY_PATH"] = Path.Combine(_folder, "lib");
        start.Environment["HOME"] = folder;
        var (code, output, errors) = await RunAsync(start);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
