using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>Finds a kubectl that is new enough on PATH, or unpacks Debian's package outside the checkout without touching the system.</summary>
internal static class KubectlBinary
{
    private const string Package = "kubernetes-client";

    /// <summary>The first with everything that the cases use; older ones word some answers differently.</summary>
    private static readonly Version s_oldest = new(1, 28);

    public static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        var kubectl = await LookAsync(cancellationToken);
        var json = await MustAsync(kubectl, ["version", "--client", "-o", "json"], Path.GetTempPath(), cancellationToken);
        var text = JsonNode.Parse(json)?["clientVersion"]?["gitVersion"]?.GetValue<string>() ?? "";
        var number = text.TrimStart('v').Split('-', '+')[0];
        return Version.TryParse(number, out var version) && version >= s_oldest ? kubectl : throw Missing($"{kubectl} is {text}, older than {s_oldest}");
    }

    private static async Task<string> LookAsync(CancellationToken cancellationToken)
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

    private static async Task<string> MustAsync(string program, string[] arguments, string directory, CancellationToken cancellationToken)
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
            var printed = await output;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? printed : throw Missing($"\"{command}\" failed: {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Missing($"\"{command}\" could not be started: {e.Message}");
        }
    }

    private static KubectlMissingException Missing(string what) =>
        new($"The conformance suite drives kubectl {s_oldest} or newer: {what}. Install one and put it on PATH.");
}

/// <summary>There is no kubectl here that could drive the cases.</summary>
internal sealed class KubectlMissingException(string message) : Exception(message);
