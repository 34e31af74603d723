using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmKube.Models.Backends.Network;

/// <summary>Whom a connection trusts and as whom it comes, from the entries <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c> of a Secret.</summary>
internal static class TlsSettings
{
    /// <summary>What a certificate must be for: servers.</summary>
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>The settings, or what is wrong with the entries.</summary>
    public static (SslClientAuthenticationOptions? Options, string? Problem) From(IReadOnlyDictionary<string, string> credentials)
    {
        var options = new SslClientAuthenticationOptions();
        try
        {
            if (credentials.GetValueOrDefault("ca.crt") is { Length: > 0 } ca)
            {
                var roots = new X509Certificate2Collection();
                roots.ImportFromPem(ca);
                if (roots.Count == 0)
                {
                    return (null, "the entry ca.crt holds no certificate in PEM");
                }

                options.RemoteCertificateValidationCallback = (_, certificate, presented, errors) => IsTrusted(certificate, presented, errors, roots);
            }

            if (credentials.GetValueOrDefault("tls.crt") is { Length: > 0 } certificate)
            {
                if (credentials.GetValueOrDefault("tls.key") is not { Length: > 0 } key)
                {
                    return (null, "the entry tls.crt needs the entry tls.key beside it");
                }

                using var pair = X509Certificate2.CreateFromPem(certificate, key);

                // A pair read from PEM has its key in memory alone, which not every TLS library can use; one from PKCS#12 works with all.
                options.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null)];
            }
        }
        catch (CryptographicException e)
        {
            return (null, $"the certificates in ca.crt, tls.crt and tls.key cannot be read: {e.Message}");
        }

        return (options, null);
    }

    /// <summary>Trusts what the system trusts, and what the given authorities signed for that name.</summary>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(roots);
        chain.ChainPolicy.ApplicationPolicy.Add(s_serverAuthentication);

        // Those between the authority and the server, which the server sends along.
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        // A private authority in a closed network has no reachable list of revoked certificates.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }
}
