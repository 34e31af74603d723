using System.Diagnostics;

namespace LlmKube.TestKit.Sites;

/// <summary>Hugging Face's own client for JavaScript, fetched once by npm into the tests' cache folder.</summary>
public static class HubClientJs
{
    private const string Package = "@huggingface/hub@1.1.2";

    /// <summary>Runs a script that has the client as <c>hub</c>; what it printed.</summary>
    public static async Task<string> RunAsync(string script)
    {
        var start = new ProcessStartInfo("node", ["--input-type=module", "-e", $"import * as hub from '@huggingface/hub';\n{script}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Cache };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"the client ended with {process.ExitCode}: {await errors}{output}");
    }

    /// <summary>Fetches it, while there is a way to do so; a reason where there is none.</summary>
    public static Task<string?> InstallAsync() => NpmPackage.InstallAsync(Package, Cache, Path.Combine("@huggingface", "hub", "package.json"));

    private static string Cache => NpmPackage.CacheOf("huggingface-hub");
}
