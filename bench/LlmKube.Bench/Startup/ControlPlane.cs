using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LlmKube.Bench.Router;

namespace LlmKube.Bench.Startup;

/// <summary>The smallest real control plane: etcd and kube-apiserver, started on an empty folder.</summary>
internal sealed class ControlPlane(string etcd, string server)
{
    /// <summary>Starts both, waits for <c>/readyz</c>, and ends both.</summary>
    public async Task StartToReadyAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-bench-").FullName;
        var (client, peer, secure) = (Port(), Port(), Port());
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "sa.key"), key.ExportRSAPrivateKeyPem(), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "sa.pub"), key.ExportSubjectPublicKeyInfoPem(), cancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "tokens.csv"), "bench,admin,admin,system:masters\n", cancellationToken);
        using var store = Start(etcd, [$"--data-dir={folder}/etcd", $"--listen-client-urls=http://127.0.0.1:{client}", $"--advertise-client-urls=http://127.0.0.1:{client}", $"--listen-peer-urls=http://127.0.0.1:{peer}"]);
        using var api = Start(
            server,
            [
                $"--etcd-servers=http://127.0.0.1:{client}", $"--secure-port={secure}", "--bind-address=127.0.0.1", $"--cert-dir={folder}/pki", "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-signing-key-file={folder}/sa.key", $"--service-account-key-file={folder}/sa.pub",
                $"--token-auth-file={folder}/tokens.csv", "--service-cluster-ip-range=10.0.0.0/24",
            ]);
        try
        {
            await UntilReadyAsync(secure, api, cancellationToken);
        }
        finally
        {
            api.Kill();
            store.Kill();
            await api.WaitForExitAsync(CancellationToken.None);
            await store.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
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
