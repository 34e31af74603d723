using System.Diagnostics;
using System.Net;

namespace LlmKube.TestKit.Sites;

/// <summary>
/// Ceph's RADOS Gateway: an object store that checks every signature and keeps to conditions of writes. One for a whole run of tests, with a
/// bucket for each; it ends with the process of the tests.
/// </summary>
public sealed class CephServer
{
    public const string AccessKey = "CEPHTESTS";
    public const string SecretKey = "a secret of the tests";

    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);
    private static readonly Lazy<Task<(CephServer? Server, string? Missing)>> s_shared = new(StartAsync);

    /// <summary>Its standard input is what keeps the servers up: it ends with this process, however that ends.</summary>
    private readonly Process _process;

    private CephServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>The one of this process; null with a reason where this machine cannot have one.</summary>
    public static Task<(CephServer? Server, string? Missing)> SharedAsync() => s_shared.Value;

    /// <summary>Makes a bucket with a name of its own.</summary>
    public async Task<string> CreateBucketAsync()
    {
        var name = $"models-{Guid.NewGuid():N}";
        await PutAsync(name, "", []);
        return name;
    }

    /// <summary>Puts an object into a bucket; the key is taken as it is.</summary>
    public Task PutAsync(string bucket, string key, byte[] bytes) => _process.HasExited
        ? throw new InvalidOperationException("Ceph has ended.")
        : S3Writes.PutAsync(Url, (AccessKey, SecretKey), bucket, key, bytes);

    private static async Task<(CephServer? Server, string? Missing)> StartAsync()
    {
        var scripts = Path.Combine(Checkout.Root, "tests", "ceph");
        var (prepared, told) = await RunAsync(Path.Combine(scripts, "prepare"));
        if (prepared.LastOrDefault() is not { } program || !Directory.Exists(program))
        {
            return (null, $"Ceph cannot be fetched on this machine: {told.Trim().Split('\n')[^1]}");
        }

        var folder = Directory.CreateTempSubdirectory("llmkube-ceph-").FullName;
        var gateway = Ports.Free();
        var process = Process.Start(new ProcessStartInfo(Path.Combine(scripts, "serve"), [program, folder, $"{Ports.Free()}", $"{gateway}", AccessKey, SecretKey]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            process.StandardInput.Close();
            process.WaitForExit(s_end);
            Directory.Delete(folder, recursive: true);
        };
        return await process.StandardOutput.ReadLineAsync() == "ready" && Ports.Listens(IPAddress.Loopback, gateway)
            ? (new CephServer(process, new Uri($"http://127.0.0.1:{gateway}/")), null)
            : throw new InvalidOperationException($"Ceph did not come up: {await File.ReadAllTextAsync(Path.Combine(folder, "log", "serve.log"))}");
    }

    private static async Task<(string[] Lines, string Told)> RunAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var told = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        return (lines, await told);
    }
}
