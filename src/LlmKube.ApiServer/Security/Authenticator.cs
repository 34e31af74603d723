using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Security;

/// <summary>Says who makes a request: by client certificate of the server's own authority, or by bearer token.</summary>
internal sealed class Authenticator(ServerIdentity identity, TimeProvider time)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly FrozenSet<string> s_open =
        new[] { "/healthz", "/livez", "/readyz", "/version" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(identity.Token));

    /// <summary>Whether anybody may ask.</summary>
    public static bool IsOpen(string path) => s_open.Contains(path);

    /// <summary>Null for a request that proves nothing.</summary>
    public UserIdentity? Find(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            var given = SHA256.HashData(Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim()));
            return CryptographicOperations.FixedTimeEquals(given, _token) ? new UserIdentity("llmkube-admin", ["system:masters", "system:authenticated"]) : null;
        }

        return http.Connection.ClientCertificate is { } certificate ? FromCertificate(http, certificate) : null;
    }

    private UserIdentity? FromCertificate(HttpContext http, X509Certificate2 certificate)
    {
        // A connection shows one certificate: its chain is checked once.
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(this, out var known))
        {
            return (UserIdentity?)known;
        }

        var user = IsTrusted(certificate) ? Read(certificate) : null;
        if (items is not null)
        {
            lock (items)
            {
                items[this] = user;
            }
        }

        return user;
    }

    private bool IsTrusted(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(identity.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }

    private static UserIdentity? Read(X509Certificate2 certificate)
    {
        string? name = null;
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                continue;
            }

            switch (part.GetSingleElementType().Value)
            {
                case CommonName:
                    name = part.GetSingleElementValue();
                    break;
                case Organization when part.GetSingleElementValue() is { Length: > 0 } group:
                    groups.Add(group);
                    break;
            }
        }

        return string.IsNullOrEmpty(name) ? null : new UserIdentity(name, [.. groups, "system:authenticated"]);
    }
}
