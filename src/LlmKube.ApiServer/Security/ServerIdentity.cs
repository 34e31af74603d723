using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Security;

/// <summary>
/// The authority, the server's certificate and the administrator's token: kept over restarts, so that kubeconfigs stay
/// good, and renewed in time.
/// </summary>
internal sealed class ServerIdentity : IDisposable
{
    private static readonly TimeSpan s_authorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan s_certificateLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);

    private readonly string? _directory;
    private readonly IReadOnlyCollection<string> _hosts;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private X509Certificate2 _server;

    private ServerIdentity(string? directory, IReadOnlyCollection<string> hosts, TimeProvider time, X509Certificate2 authority, X509Certificate2 server, string token)
    {
        _directory = directory;
        _hosts = hosts;
        _time = time;
        Authority = authority;
        _server = server;
        Token = token;
    }

    public X509Certificate2 Authority { get; }

    /// <summary>The administrator's bearer token.</summary>
    public string Token { get; }

    /// <summary>The certificate to show now; a new one when the old one's time is nearly over.</summary>
    public X509Certificate2 Server
    {
        get
        {
            lock (_gate)
            {
                if (IsEnding(_server, _time.GetUtcNow()))
                {
                    _server = Loadable(CertificateIssuer.IssueServer(Authority, _hosts, _time.GetUtcNow(), s_certificateLifetime));
                    Write(_directory, "server", _server);
                }

                return _server;
            }
        }
    }

    /// <summary>Takes up what is kept, and makes what is missing, ending or no longer fitting.</summary>
    /// <param name="directory">Where keys are kept with access for their owner only; null keeps them in memory.</param>
    /// <param name="extraHosts">Names and addresses beyond loopback and the machine's own.</param>
    /// <param name="time">What is expired, and how long new certificates last.</param>
    public static ServerIdentity LoadOrCreate(string? directory, IReadOnlyCollection<string> extraHosts, TimeProvider time)
    {
        if (directory is not null)
        {
            PrivateFiles.CreateDirectory(directory);
        }

        string[] hosts = [.. new[] { "localhost", "127.0.0.1", "::1", Dns.GetHostName().ToLowerInvariant() }.Union(extraHosts, StringComparer.OrdinalIgnoreCase)];
        var now = time.GetUtcNow();
        var authority = Read(directory, "ca");
        var renewed = authority is null || IsEnding(authority, now);
        if (renewed)
        {
            authority = CertificateIssuer.IssueAuthority(now, s_authorityLifetime);
            Write(directory, "ca", authority);
        }

        var server = renewed ? null : Read(directory, "server");
        if (server is null || IsEnding(server, now) || !hosts.All(host => Covers(server, host)) || server.Issuer != authority!.Subject)
        {
            server = CertificateIssuer.IssueServer(authority!, hosts, now, s_certificateLifetime);
            Write(directory, "server", server);
        }

        var client = renewed ? null : Read(directory, "admin");
        if (directory is not null && (client is null || IsEnding(client, now)))
        {
            Write(directory, "admin", CertificateIssuer.IssueClient(authority!, "llmkube-admin", "system:masters", now, s_certificateLifetime));
        }

        return new ServerIdentity(directory, hosts, time, authority!, Loadable(server), LoadOrCreateToken(directory));
    }

    public void Dispose()
    {
        Authority.Dispose();
        _server.Dispose();
    }

    private static string LoadOrCreateToken(string? directory)
    {
        var path = directory is null ? null : Path.Combine(directory, "token");
        if (path is not null && File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 32 } known)
        {
            return known;
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        if (path is not null)
        {
            PrivateFiles.WriteAllText(path, token);
        }

        return token;
    }

    private static bool Covers(X509Certificate2 certificate, string host) =>
        certificate.MatchesHostname(host, allowWildcards: false, allowCommonName: false);

    private static bool IsEnding(X509Certificate2 certificate, DateTimeOffset now) => certificate.NotAfter.ToUniversalTime() < (now + s_renewBefore).UtcDateTime;

    private static X509Certificate2? Read(string? directory, string name)
    {
        if (directory is null)
        {
            return null;
        }

        var (certificate, key) = Paths(directory, name);
        try
        {
            return File.Exists(certificate) && File.Exists(key) ? X509Certificate2.CreateFromPemFile(certificate, key) : null;
        }
        catch (CryptographicException)
        {
            // A file that a crash or a person left half written is as good as none: a new one is made.
            return null;
        }
    }

    private static void Write(string? directory, string name, X509Certificate2 certificate)
    {
        if (directory is null)
        {
            return;
        }

        var (path, keyPath) = Paths(directory, name);
        using var key = certificate.GetECDsaPrivateKey()!;
        PrivateFiles.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFiles.WriteAllText(path, certificate.ExportCertificatePem() + "\n");
    }

    private static (string Certificate, string Key) Paths(string directory, string name) =>
        (Path.Combine(directory, $"{name}.crt"), Path.Combine(directory, $"{name}.key"));

    /// <summary>Windows' TLS refuses keys that exist in memory only; a round trip over PKCS#12 gives it one that it takes.</summary>
    private static X509Certificate2 Loadable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;
}
