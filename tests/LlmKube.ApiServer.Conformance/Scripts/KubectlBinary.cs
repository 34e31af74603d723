using System.Diagnostics;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>Finds kubectl on PATH, or unpacks Debian's package outside the checkout without touching the system.</summary>
internal static class KubectlBinary
{
    private const string Package = "kubernetes-client";

    public static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, "kubectl")).FirstOrDefault(File.Exists);
        if (onPath is not null)
        {
            return onPath;
        }

        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "llmkube-tests");
        var unpacked = Path.Combine(cache, Package, "usr", "bin", "kubectl");
        if (!File.Exists(unpacked))
        {
            await UnpackAsync(cache, cancellationToken);
        }

        return unpacked;
    }

    private static async Task UnpackAsync(string cache, CancellationToken cancellationToken)
    {
        var download = Directory.CreateDirectory(Path.Combine(cache, "download")).FullName;
        await MustAsync("apt-get", ["download", Package], download, cancellationToken);
        var archive = Directory.GetFiles(download, Package + "_*.deb").Order(StringComparer.Ordinal).Last();
        // Unpacked beside and moved, so that an interrupted run leaves no half a package.
        var beside = Path.Combine(cache, Package + "-" + Guid.NewGuid().ToString("N"));
        await MustAsync("dpkg", ["-x", archive, beside], cache, cancellationToken);
        try
        {
            Directory.Move(beside, Path.Combine(cache, Package));
        }
        catch (IOException) when (Directory.Exists(Path.Combine(cache, Package)))
        {
            Directory.Delete(beside, recursive: true);
        }
    }

    private static async Task MustAsync(string program, string[] arguments, string directory, CancellationToken cancellationToken)
    {
        var command = $"{program} {string.Join(' ', arguments)}";
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = directory,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw Missing($"\"{command}\" failed: {error.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Missing($"\"{command}\" could not be started: {e.Message}");
        }
    }

    private static InvalidOperationException Missing(string what) =>
        new($"The conformance suite drives kubectl, which is not on PATH, and getting Debian's package {Package} did not work: {what}. Install kubectl and put it on PATH.");
}
