using System.Diagnostics;
using System.Net;

namespace LlmKube.TestKit.Sites;

/// <summary>
/// A real object store: <c>s3rver</c>, fetched once by npm into the tests' cache folder. It knows one access key and refuses others; the
/// signature itself (version 4) it takes unread, and it knows no conditions of writes: <see cref="CephServer"/> checks both.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string AccessKey = "S3RVER";
    public const string SecretKey = "S3RVER";

    private const string Package = "s3rver@3.7.1";

    private readonly Process _process;
    private readonly string _folder;

    private S3Server(Process process, string folder, Uri url) => (_process, _folder, Url) = (process, folder, url);

    public Uri Url { get; }

    /// <summary>Starts one with a bucket; null with a reason where node or npm are missing or cannot fetch it.</summary>
    public static async Task<(S3Server? Server, string? Missing)> StartAsync(string bucket, IPAddress? address = null)
    {
        if (await InstallAsync() is { } missing)
        {
            return (null, missing);
        }

        var folder = Directory.CreateTempSubdirectory("llmkube-s3-").FullName;
        var port = Ports.Free();
        address ??= IPAddress.Loopback;
        var start = new ProcessStartInfo("node", [Path.Combine(Cache, "node_modules", "s3rver", "bin", "s3rver.js"), "-d", folder, "-a", $"{address}", "-p", $"{port}", "--configure-bucket", bucket])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        var url = new Uri($"http://{address}:{port}/");
        await Eventually.HoldsAsync(() => process.HasExited || Ports.Listens(address, port), TimeSpan.FromSeconds(60));
        return (new S3Server(process, folder, url), null);
    }

    /// <summary>Puts an object into a bucket; the key is taken as it is.</summary>
    public Task PutAsync(string bucket, string key, byte[] bytes) => S3Writes.PutAsync(Url, (AccessKey, SecretKey), bucket, key, bytes);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Cache => NpmPackage.CacheOf("s3rver");

    /// <summary>Fetches it into the cache, while there is a way to do so; a reason where there is none.</summary>
    public static Task<string?> InstallAsync() => NpmPackage.InstallAsync(Package, Cache, Path.Combine("s3rver", "bin", "s3rver.js"));
}
