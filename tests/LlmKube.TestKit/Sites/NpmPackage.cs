using System.Diagnostics;

namespace LlmKube.TestKit.Sites;

/// <summary>Programs that npm fetches once into the tests' cache folder.</summary>
internal static class NpmPackage
{
    private static readonly SemaphoreSlim s_installing = new(1);

    public static string CacheOf(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("LLMKUBE_TEST_CACHE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "llmkube-tests"), name);

    /// <summary>Fetches a package, unless the file of it is there; a reason where there is no way to do so.</summary>
    public static async Task<string?> InstallAsync(string package, string folder, string file)
    {
        await s_installing.WaitAsync();
        try
        {
            if (File.Exists(Path.Combine(folder, "node_modules", file)))
            {
                return null;
            }

            Directory.CreateDirectory(folder);
            using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
            if (npm is null)
            {
                return "npm could not be started";
            }

            _ = npm.StandardOutput.ReadToEndAsync();
            var said = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0 ? null : $"npm could not fetch {package}: {said.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node and npm are not installed (Debian: apt-get install nodejs npm)";
        }
        finally
        {
            s_installing.Release();
        }
    }
}
