using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LlmKube.Bench.Router;

namespace LlmKube.Bench.Startup;

/// <summary>The smallest real control plane: etcd and kube-apiserver, on an empty folder.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-bench-").FullName;
    private readonly Process _store;
    private readonly Process _api;

    private ControlPlane(string etcd, string server)
    {
        var (client, peer, secure) = (Port(), Port(), Port());
        using (var key = RSA.Create(2048))
        {
            File.WriteAllText(Path.Combine(_folder, "sa.key"), key.ExportRSAPrivateKeyPem());
            File.WriteAllText(Path.Combine(_folder, "sa.pub"), key.ExportSubjectPublicKeyInfoPem());
        }

        File.WriteAllText(Path.Combine(_folder, "tokens.csv"), "bench,admin,admin,system:masters\n");
        File.WriteAllText(
            KubeConfig,
            $$"""
            apiVersion: v1
            kind: Config
            current-context: bench
            clusters: [{ name: bench, cluster: { server: "https://127.0.0.1:{{secure}}", insecure-skip-tls-verify: true } }]
            contexts: [{ name: bench, context: { cluster: bench, user: admin } }]
            users: [{ name: admin, user: { token: bench } }]
            """);
        _store = Start(etcd, [$"--data-dir={_folder}/etcd", $"--listen-client-urls=http://127.0.0.1:{client}", $"--advertise-client-urls=http://127.0.0.1:{client}", $"--listen-peer-urls=http://127.0.0.1:{peer}"]);
        _api = Start(
            server,
            [
                $"--etcd-servers=http://127.0.0.1:{client}", $"--secure-port={secure}", "--bind-address=127.0.0.1", $"--cert-dir={_folder}/pki", "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-signing-key-file={_folder}/sa.key", $"--service-account-key-file={_folder}/sa.pub",
                $"--token-auth-file={_folder}/tokens.csv", "--service-cluster-ip-range=10.0.0.0/16",
            ]);
        Secure = secure;
    }

    /// <summary>The file with which an administrator reaches it.</summary>
    public string KubeConfig => Path.Combine(_folder, "kubeconfig");

    private string Secure { get; }

    /// <summary>Starts both and waits for <c>/readyz</c>.</summary>
    public static async Task<ControlPlane> StartAsync(string etcd, string server, CancellationToken cancellationToken)
    {
        var control = new ControlPlane(etcd, server);
        await UntilReadyAsync(control.Secure, control._api, cancellationToken);
        return control;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (Process[])[_api, _store])
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task UntilReadyAsync(string port, Process api, CancellationToken cancellationToken)
    {
#pragma warning disable CA5359 // A certificate that the server made for itself a moment ago, on loopback.
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
#pragma warning restore CA5359
        using var http = new HttpMessageInvoker(handler, disposeHandler: false);
        while (!api.HasExited)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{port}/readyz");
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer bench");
                using var answer = await http.SendAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
        }

        throw new InvalidOperationException($"kube-apiserver ended with {api.ExitCode}.");
    }

    private static Process Start(string program, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string Port() => ChildProcess.FreePort().ToString(CultureInfo.InvariantCulture);
}
