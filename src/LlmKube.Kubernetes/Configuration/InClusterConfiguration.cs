using System.Security.Cryptography.X509Certificates;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>The API server of the cluster that this pod runs in, signed in to with the service account's rotated token.</summary>
public static class InClusterConfiguration
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Null outside a cluster.</summary>
    public static ClientConfiguration? Find(Func<string, string?> environment, TimeProvider time, string folder = Folder)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port
            || !File.Exists(Path.Combine(folder, "token")))
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        var authority = Path.Combine(folder, "ca.crt");
        if (File.Exists(authority))
        {
            roots.ImportFromPemFile(authority);
        }

        var ns = Path.Combine(folder, "namespace");
        return new ClientConfiguration
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Origin = "the cluster around this pod",
            TrustedRoots = roots.Count > 0 ? roots : null,
            Token = new FileToken(Path.Combine(folder, "token"), time),
        };
    }
}
