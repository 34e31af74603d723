using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.TestKit.Sites;

/// <summary>A real OCI registry: Debian's docker-registry, for one user, over TLS where it has a certificate.</summary>
public sealed class RegistryServer : IAsyncDisposable
{
    public const string User = "reader";
    public const string Password = "right";

    /// <summary>bcrypt of <see cref="Password"/>.</summary>
    private const string Hash = "$2y$05$abcdefghijklmnopqrstuu8xaCxxL82bnl.UY74PMksDxIJShppPC";

    private static readonly SemaphoreSlim s_preparing = new(1);
    private static string? s_program;

    private readonly Process _process;
    private readonly string _folder;

    private RegistryServer(Process process, string folder, string host) => (_process, _folder, Host) = (process, folder, host);

    /// <summary>Name and port.</summary>
    public string Host { get; }

    /// <summary>Starts an empty one; null with a reason where this machine cannot have one.</summary>
    public static async Task<(RegistryServer? Server, string? Missing)> StartAsync(string repository, X509Certificate2? certificate = null, IPAddress? address = null, Uri? notified = null)
    {
        if (await PrepareAsync(repository) is { } missing)
        {
            return (null, missing);
        }

        var folder = Directory.CreateTempSubdirectory("llmkube-registry-").FullName;
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), $"{User}:{Hash}\n");
        var tls = "";
        if (certificate is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder, "tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            tls = $", tls: {{ certificate: {folder}/tls.crt, key: {folder}/tls.key }}";
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.yml"),
            $$"""
            version: 0.1
            log: { level: error }
            storage: { delete: { enabled: true }, filesystem: { rootdirectory: "{{folder}}/data" } }
            http: { addr: "{{address ?? IPAddress.Loopback}}:{{port}}"{{tls}} }
            auth: { htpasswd: { realm: tests, path: "{{folder}}/users" } }
            {{(notified is null ? "" : $"notifications: {{ endpoints: [ {{ name: tests, url: \"{notified}\", timeout: 5s, threshold: 3, backoff: 1s }} ] }}")}}
            """);
        var process = Process.Start(new ProcessStartInfo(s_program!, ["serve", Path.Combine(folder, "config.yml")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await Eventually.HoldsAsync(() => process.HasExited || Ports.Listens(address ?? IPAddress.Loopback, port), TimeSpan.FromSeconds(60));
        return (new RegistryServer(process, folder, $"{(certificate is null ? address ?? IPAddress.Loopback : "localhost")}:{port}"), null);
    }

    /// <summary>A file of users as <c>docker login</c> writes it.</summary>
    public string WriteUsers(string path, string password = Password)
    {
        var auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{password}"));
        File.WriteAllText(path, "{\"auths\":{\"" + Host + "\":{\"auth\":\"" + auth + "\"}}}");
        return path;
    }

    /// <summary>Puts a model of one file into it, as a ModelPack artifact.</summary>
    public async Task PushModelAsync(string name, string fileName, byte[] bytes)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-push-").FullName;
        var store = new ModelStore(new ModelStoreLayout(Path.Combine(folder, "store")), TimeProvider.System);
        var stored = (FetchResult.Stored)await new ModelImporter(store).FromStreamAsync(new MemoryStream(bytes), fileName, CacheKey.Of(name), name, null, null, CancellationToken.None);
        var bundle = new Bundle(Path.Combine(folder, "work"));
        await bundle.AddModelAsync(store.Layout, stored.Model, CancellationToken.None);
        await bundle.WriteAsync(Path.Combine(folder, "model.tar"), null, CancellationToken.None);
        var archive = (await OciArchive.OpenAsync(Path.Combine(folder, "model.tar"), CancellationToken.None)).Archive!;
        var options = new RegistryOptions { Credentials = RegistryCredentials.None.With(Host, User, Password), PlainHttp = [Host] };
        var failure = await new ImagePusher(options, TimeProvider.System).PushAsync(archive, archive.Index.Manifests[0], ImageReference.Parse($"{Host}/{name}")!, null, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        if (failure is not null)
        {
            throw new InvalidOperationException(failure.Message);
        }
    }

    /// <summary>The file of a blob as the registry keeps it.</summary>
    public string BlobFile(string digest) => Path.Combine(_folder, "data", "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data");

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

    private static async Task<string?> PrepareAsync(string repository)
    {
        await s_preparing.WaitAsync();
        try
        {
            if (s_program is not null)
            {
                return null;
            }

            if (!File.Exists("/usr/bin/apt-get"))
            {
                return "the registry is one of Debian's packages, and this is no Debian";
            }

            using var process = Process.Start(new ProcessStartInfo(Path.Combine(repository, "tests", "registry", "prepare")) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            s_program = process.ExitCode == 0 ? output.Trim().Split('\n')[^1] : null;
            return s_program is null ? $"the registry could not be fetched: {(await errors).Trim().Split('\n')[^1]}" : null;
        }
        finally
        {
            s_preparing.Release();
        }
    }
}
