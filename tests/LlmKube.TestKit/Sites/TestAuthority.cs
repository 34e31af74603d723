using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmKube.TestKit.Sites;

/// <summary>A certificate authority that nobody trusts by default, and what it signs.</summary>
public sealed class TestAuthority : IDisposable
{
    /// <summary>What certificates of servers are for.</summary>
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What certificates of clients are for.</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key;

    /// <summary>An authority that answers to none.</summary>
    public TestAuthority()
    {
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Certificate = AuthorityRequest("CN=llmkube test authority", _key).CreateSelfSigned(Start, Start.AddYears(20));
    }

    private TestAuthority(ECDsa key, X509Certificate2 certificate) => (_key, Certificate) = (key, certificate);

    public X509Certificate2 Certificate { get; }

    /// <summary>What goes into a Secret's <c>ca.crt</c>.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem();

    private static DateTimeOffset Start { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An authority that answers to this one.</summary>
    public TestAuthority Subordinate()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = AuthorityRequest("CN=llmkube test authority between", key).Create(Certificate, Start, Start.AddYears(19), RandomNumberGenerator.GetBytes(8));
        return new TestAuthority(key, certificate.CopyWithPrivateKey(key));
    }

    /// <summary>A server's certificate for this machine, with its key.</summary>
    public X509Certificate2 ForThisMachine(string use = ServerAuthentication)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        using var issued = Issue("CN=localhost", use, names.Build());
        return X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate of a server with these names and addresses, with its key.</summary>
    public X509Certificate2 ForServer(IReadOnlyList<string> hosts, IReadOnlyList<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }

        foreach (var address in addresses)
        {
            names.AddIpAddress(address);
        }

        return Issue($"CN={hosts[0]}", ServerAuthentication, names.Build());
    }

    /// <summary>A client's certificate and key in PEM.</summary>
    public (string Certificate, string Key) ForClient(string name)
    {
        using var certificate = Issue($"CN={name}", ClientAuthentication, null);
        return (certificate.ExportCertificatePem(), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest AuthorityRequest(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }

    private X509Certificate2 Issue(string subject, string use, X509Extension? names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        using var certificate = request.Create(Certificate, Start, Start.AddYears(18), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
