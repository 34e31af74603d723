using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmKube.Operator.Webhooks;

/// <summary>An authority of our own and the certificate that it signed for the webhooks' Service, all in PEM.</summary>
internal sealed record ServingKeys(string AuthorityPem, string CertificatePem, string KeyPem)
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(365);

    /// <summary>A client's clock may be a little behind.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromHours(1);

    /// <summary>A new authority, which signs this one certificate and is then forgotten: nobody can sign another.</summary>
    public static ServingKeys Create(string service, string ns, DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=llmkube webhooks", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var authority = request.CreateSelfSigned(now - s_slack, now + s_life);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])[$"{service}.{ns}.svc", $"{service}.{ns}.svc.cluster.local"])
        {
            names.AddDnsName(name);
        }

        var serving = new CertificateRequest($"CN={service}", key, HashAlgorithmName.SHA256);
        serving.CertificateExtensions.Add(names.Build());
        serving.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = serving.Create(authority, now - s_slack, now + s_life, RandomNumberGenerator.GetBytes(16));
        return new ServingKeys(authority.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Whether they serve that Service for a good while yet.</summary>
    public bool AreGood(string service, string ns, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
            return new DateTimeOffset(certificate.NotAfter) - now > s_life / 3 && certificate.MatchesHostname($"{service}.{ns}.svc");
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The certificate with its key, as a server uses it.</summary>
    public X509Certificate2 Load()
    {
        using var certificate = X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
