using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LlmKube.TestKit.Sites;

/// <summary>A certificate authority that nobody trusts by default, and what it signs.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=llmkube test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        _certificate = request.CreateSelfSigned(Start, Start.AddYears(20));
    }

    /// <summary>What goes into a Secret's <c>ca.crt</c>.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    private static DateTimeOffset Start { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A server's certificate for this machine, with its key.</summary>
    public X509Certificate2 ForThisMachine()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        return X509CertificateLoader.LoadPkcs12(Issue("CN=localhost", names.Build()).Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A client's certificate and key in PEM.</summary>
    public (string Certificate, string Key) ForClient(string name)
    {
        using var certificate = Issue($"CN={name}", null);
        return (certificate.ExportCertificatePem(), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Issue(string subject, X509Extension? names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        using var certificate = request.Create(_certificate, Start, Start.AddYears(19), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
