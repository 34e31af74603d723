using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LlmKube.TestKit.Sites;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>etcd, kube-apiserver, controller manager and scheduler, with keys of their own.</summary>
internal sealed class ControlPlane : IDisposable
{
    public const string NodeAddress = "10.98.0.1";
    public const string ServiceAddress = "10.99.0.1";
    private const string ServiceRange = "10.99.0.0/24";
    private const string Token = "admin-of-the-tests";

    private readonly string _folder;
    private readonly List<Daemon> _daemons = [];
    private Daemon? _apiServer;

    public ControlPlane(string folder)
    {
        _folder = folder;
        using var authority = new TestAuthority();
        using var serving = authority.ForServer(["kubernetes", "kubernetes.default.svc"], [IPAddress.Loopback, IPAddress.Parse(NodeAddress), IPAddress.Parse(ServiceAddress)]);
        Write("ca.crt", authority.CertificatePem);
        Write("serving.crt", serving.ExportCertificatePem());
        Write("serving.key", serving.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        using var accounts = RSA.Create(2048);
        Write("accounts.key", accounts.ExportRSAPrivateKeyPem());
        Write("tokens.csv", $"{Token},admin,admin,system:masters\n");
        KubeConfig = Write("kubeconfig", $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
            - name: test
              cluster: { server: "https://{{NodeAddress}}:443", certificate-authority: "{{Path.Combine(folder, "ca.crt")}}" }
            contexts:
            - name: test
              context: { cluster: test, user: admin }
            users:
            - name: admin
              user: { token: {{Token}} }
            """);
    }

    public string KubeConfig { get; }

    public void Start()
    {
        _daemons.Add(Daemon.Start("etcd", _folder, Program("etcd"),
        [
            "--data-dir", Path.Combine(_folder, "etcd"), "--unsafe-no-fsync", "--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379",
            "--listen-peer-urls", "http://127.0.0.1:2380", "--initial-advertise-peer-urls", "http://127.0.0.1:2380", "--initial-cluster", "default=http://127.0.0.1:2380",
        ]));
        StartApiServer();
        _daemons.Add(Daemon.Start("kube-controller-manager", _folder, Program("kube-controller-manager"),
        [
            "--kubeconfig", KubeConfig, "--service-account-private-key-file", In("accounts.key"), "--root-ca-file", In("ca.crt"), "--leader-elect=false", "--node-monitor-period=2s",
            "--node-monitor-grace-period=20s",
        ]));
        _daemons.Add(Daemon.Start("kube-scheduler", _folder, Program("kube-scheduler"), ["--kubeconfig", KubeConfig, "--leader-elect=false"]));
    }

    /// <summary>Ends the API server at once; everything that talks to it has to cope.</summary>
    public void KillApiServer() => _apiServer?.Kill();

    public void StartApiServer()
    {
        _apiServer?.Dispose();
        _apiServer = Daemon.Start("kube-apiserver", _folder, Program("kube-apiserver"),
        [
            "--etcd-servers=http://127.0.0.1:2379", "--secure-port=443", "--bind-address=0.0.0.0", $"--advertise-address={NodeAddress}", "--insecure-port=0",
            $"--cert-dir={_folder}", $"--tls-cert-file={In("serving.crt")}", $"--tls-private-key-file={In("serving.key")}", $"--token-auth-file={In("tokens.csv")}",
            "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-signing-key-file={In("accounts.key")}", $"--service-account-key-file={In("accounts.key")}",
            $"--service-cluster-ip-range={ServiceRange}", "--authorization-mode=RBAC", "--allow-privileged=true", "--kubelet-preferred-address-types=InternalIP",

            // Webhooks are reached at the pods themselves: there is no kube-proxy here.
            "--enable-aggregator-routing=true",

            // It asks whoever makes a resource the owner of others for the right to finalize it.
            "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
        ]);
    }

    public void Dispose()
    {
        _daemons.ForEach(daemon => daemon.Dispose());
        _apiServer?.Dispose();
    }

    private static string Program(string name) => Path.Combine(Sandbox.Home, "bin", name);

    private string In(string name) => Path.Combine(_folder, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }
}
