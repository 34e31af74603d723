using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>Turns a context of a kubeconfig into what a client needs.</summary>
internal sealed class KubeConfigReader(KubeConfig config, TimeProvider time)
{
    public async Task<ClientConfiguration> ReadAsync(string? contextName, CancellationToken cancellationToken)
    {
        var files = string.Join(", ", config.Files);
        var name = contextName ?? config.CurrentContext
            ?? throw new ConfigurationException($"The kubeconfig {files} has no current context. Choose one with --context: {string.Join(", ", config.ContextNames)}.");
        var context = config.Find("contexts", "context", name)?.Value
            ?? throw new ConfigurationException($"The kubeconfig {files} has no context '{name}'. It has: {string.Join(", ", config.ContextNames)}.");
        var origin = $"context {name} of {files}";
        var clusterName = (string?)context["cluster"] ?? "";
        var (cluster, clusterFolder) = config.Find("clusters", "cluster", clusterName)
            ?? throw new ConfigurationException($"The {origin} names the cluster '{clusterName}', which is not there.");
        if (!Uri.TryCreate((string?)cluster["server"], UriKind.Absolute, out var server))
        {
            throw new ConfigurationException($"The cluster '{clusterName}' of {files} has no server address.");
        }

        var configuration = new ClientConfiguration
        {
            Server = server,
            Origin = origin,
            Namespace = (string?)context["namespace"] is { Length: > 0 } ns ? ns : "default",
            InsecureSkipTlsVerify = (bool?)cluster["insecure-skip-tls-verify"] ?? false,
            TlsServerName = (string?)cluster["tls-server-name"],
            Proxy = (string?)cluster["proxy-url"] is { Length: > 0 } proxy ? new Uri(proxy) : null,
            TrustedRoots = Roots(cluster, clusterFolder, clusterName),
        };
        return (string?)context["user"] is { Length: > 0 } user && config.Find("users", "user", user) is { } found
            ? await WithUserAsync(configuration, found.Value, found.Folder, user, cluster, cancellationToken)
            : configuration;
    }

    private async Task<ClientConfiguration> WithUserAsync(
        ClientConfiguration configuration, JsonObject user, string folder, string name, JsonObject cluster, CancellationToken cancellationToken)
    {
        var certificate = Text(user, "client-certificate", folder);
        var key = Text(user, "client-key", folder);
        if (certificate is not null && key is not null)
        {
            configuration = configuration with { ClientCertificate = Pair(certificate, key, $"user '{name}'") };
        }

        if ((string?)user["token"] is { Length: > 0 } token)
        {
            return configuration with { Token = new FixedToken(token) };
        }

        if ((string?)user["tokenFile"] is { Length: > 0 } file)
        {
            return configuration with { Token = new FileToken(Path.GetFullPath(file, folder), time) };
        }

        if (user["exec"] is not JsonObject exec)
        {
            return configuration;
        }

        // The first run tells whether the plugin gives a token or a certificate.
        var plugin = Plugin(exec, folder, name, cluster);
        var credential = await ExecCredential.RunAsync(plugin, cancellationToken);
        return credential is { ClientCertificateData: { } pem, ClientKeyData: { } pemKey }
            ? configuration with { ClientCertificate = Pair(pem, pemKey, $"credential plugin {plugin.Command}"), Token = credential.Token is null ? null : new ExecToken(plugin, credential, time) }
            : configuration with { Token = new ExecToken(plugin, credential, time) };
    }

    private static ExecPlugin Plugin(JsonObject exec, string folder, string user, JsonObject cluster)
    {
        var command = (string?)exec["command"] ?? throw new ConfigurationException($"The user '{user}' has an exec section without a command.");
        return new ExecPlugin(
            command.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command, folder) : command,
            [.. (exec["args"] as JsonArray ?? []).Select(argument => (string?)argument ?? "")],
            (exec["env"] as JsonArray ?? []).OfType<JsonObject>().ToDictionary(entry => (string?)entry["name"] ?? "", entry => (string?)entry["value"] ?? "", StringComparer.Ordinal),
            (string?)exec["apiVersion"] ?? "client.authentication.k8s.io/v1")
        {
            InstallHint = (string?)exec["installHint"],
            Cluster = (bool?)exec["provideClusterInfo"] == true ? (JsonObject)cluster.DeepClone() : null,
        };
    }

    private static X509Certificate2Collection? Roots(JsonObject cluster, string folder, string name)
    {
        if (Text(cluster, "certificate-authority", folder) is not { } pem)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new ConfigurationException($"The certificate authority of the cluster '{name}' is no PEM certificate: {e.Message}", e);
        }

        return roots;
    }

    /// <summary>A value that is given in place as base64 (<c>field-data</c>) or as a file (<c>field</c>); the former wins.</summary>
    private static string? Text(JsonObject from, string field, string folder)
    {
        try
        {
            return (string?)from[field + "-data"] is { Length: > 0 } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
                : (string?)from[field] is { Length: > 0 } file ? File.ReadAllText(Path.GetFullPath(file, folder))
                : null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The {field} of a kubeconfig in {folder} cannot be read: {e.Message}", e);
        }
    }

    private static X509Certificate2 Pair(string certificate, string key, string owner)
    {
        try
        {
            // TLS on some platforms refuses a key that lives in memory only: through PKCS#12 it becomes one that TLS takes.
            using var ephemeral = X509Certificate2.CreateFromPem(certificate, key);
            return X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), password: null);
        }
        catch (CryptographicException e)
        {
            throw new ConfigurationException($"The client certificate of the {owner} does not fit its key, or one of them is no PEM: {e.Message}", e);
        }
    }
}
