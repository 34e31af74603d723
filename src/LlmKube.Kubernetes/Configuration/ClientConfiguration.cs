using System.Security.Cryptography.X509Certificates;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>Which API server to talk to, how to know it, and how to sign in. Prints without secrets.</summary>
public sealed record ClientConfiguration
{
    public required Uri Server { get; init; }

    /// <summary>The namespace that commands work in when none is said.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Where this came from, for messages: a file and a context, or the cluster around this pod.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The roots that the server's certificate must lead to; null trusts the machine's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Accepts any certificate. Only by explicit setting.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>The name that the certificate must carry, where it is not the server's.</summary>
    public string? TlsServerName { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gives the bearer token of each request; null signs in without one.</summary>
    internal ITokenSource? Token { get; init; }

    public Uri? Proxy { get; init; }

    /// <summary>Requests a second that this client allows itself in the long run; a watch counts once.</summary>
    public double RequestsPerSecond { get; init; } = 50;

    /// <summary>Requests that may go at once after a pause.</summary>
    public int Burst { get; init; } = 100;

    public override string ToString() => $"{Server} ({Origin})";
}
