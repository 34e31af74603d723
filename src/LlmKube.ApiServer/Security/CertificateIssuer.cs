using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmKube.ApiServer.Security;

/// <summary>Makes the certificates of one server: its own authority, itself, and its clients. All keys are ECDSA on P-256.</summary>
internal static class CertificateIssuer
{
    /// <summary>Clocks of two machines differ a little; a certificate is valid from before it was made.</summary>
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromHours(1);

    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid s_clientAuthentication = new("1.3.6.1.5.5.7.3.2");

    public static X509Certificate2 IssueAuthority(DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // The name differs each time, so that an old authority's certificates can never be mistaken for this one's.
        var name = $"CN=llmkube-ca-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - s_clockSkew, now + lifetime);
    }

    public static X509Certificate2 IssueServer(X509Certificate2 authority, IReadOnlyCollection<string> hosts, DateTimeOffset now, TimeSpan lifetime)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return Issue(authority, "CN=llmkube-apiserver", s_serverAuthentication, names.Build(), now, lifetime);
    }

    public static X509Certificate2 IssueClient(X509Certificate2 authority, string user, string group, DateTimeOffset now, TimeSpan lifetime)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName(group);
        name.AddCommonName(user);
        return Issue(authority, name.Build().Name, s_clientAuthentication, null, now, lifetime);
    }

    private static X509Certificate2 Issue(
        X509Certificate2 authority, string subject, Oid usage, X509Extension? names, DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        // Within the authority's own time, also after the clock was set back.
        var authorityBegins = new DateTimeOffset(authority.NotBefore.ToUniversalTime());
        var authorityEnds = new DateTimeOffset(authority.NotAfter.ToUniversalTime());
        var from = now - s_clockSkew;
        var until = now + lifetime;
        using var certificate = request.Create(
            authority, from > authorityBegins ? from : authorityBegins, until < authorityEnds ? until : authorityEnds, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }
}
