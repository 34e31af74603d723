using System.Diagnostics;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>The one node: a network bridge, containerd and a kubelet.</summary>
internal sealed class NodeMachine(string folder, string kubeConfig) : IDisposable
{
    public const string Name = "node-1";
    private const string PauseImage = "llmkube.test/pause:1";

    private Daemon? _containerd;
    private Daemon? _kubelet;

    private static string Bin => Path.Combine(Sandbox.Home, "bin");

    private string Socket => Path.Combine(folder, "containerd.sock");

    /// <summary>A network that reaches this node and its pods; what goes anywhere else ends in a device that leads nowhere, and is counted there.</summary>
    public static void SetUpNetwork()
    {
        Run("mount", "--make-rshared", "/");

        // IPv6 speaks up by itself; what is counted at the end of the network is to be what somebody asked for.
        File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
        foreach (var command in (string[])
        [
            "link set lo up", "link add cni0 type bridge", $"addr add {ControlPlane.NodeAddress}/16 dev cni0", $"addr add {ControlPlane.ServiceAddress}/32 dev cni0", "link set cni0 up",
            "link add nowhere type veth", "link set veth0 up", "addr add 192.0.2.1/24 dev nowhere", "link set nowhere up", "route add default dev nowhere",
        ])
        {
            Run(Path.Combine(Bin, "busybox"), ["ip", .. command.Split(' ')]);
        }
    }

    /// <summary>Packets that something tried to send out of the machine.</summary>
    public static long PacketsToNowhere()
    {
        // A line of /proc/net/dev: the name, eight numbers of what came, and of what went its bytes and its packets.
        var line = File.ReadLines("/proc/net/dev").Single(one => one.TrimStart().StartsWith("nowhere:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[9], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder, "cni"));
        File.WriteAllText(Path.Combine(folder, "cni", "10-pods.conflist"), $$"""
            { "cniVersion": "0.4.0", "name": "pods", "plugins": [ { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false,
              "ipam": { "type": "host-local", "dataDir": "{{folder}}/ipam", "ranges": [[ { "subnet": "10.98.0.0/16", "rangeStart": "10.98.1.1", "gateway": "{{ControlPlane.NodeAddress}}" } ]],
              "routes": [ { "dst": "0.0.0.0/0" } ] } } ] }
            """);
        File.WriteAllText(Path.Combine(folder, "containerd.toml"), $"""
            version = 2
            root = "{folder}/containerd"
            state = "{folder}/containerd-run"
            [grpc]
            address = "{Socket}"
            [plugins."io.containerd.grpc.v1.cri"]
            sandbox_image = "{PauseImage}"
            restrict_oom_score_adj = true
            disable_apparmor = true
            [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{Sandbox.Home}/cni"
            conf_dir = "{folder}/cni"
            """);
        File.WriteAllText(Path.Combine(folder, "kubelet.yaml"), """
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
            authorization: { mode: AlwaysAllow }
            cgroupDriver: cgroupfs
            cgroupsPerQOS: false
            enforceNodeAllocatable: []
            failSwapOn: false
            makeIPTablesUtilChains: false
            evictionHard: { memory.available: "1Mi", nodefs.available: "1%", imagefs.available: "1%" }
            imageGCHighThresholdPercent: 100
            syncFrequency: 5s
            """);
        StartContainerd();
        await ImportAsync();
        StartKubelet();
    }

    public void StartKubelet() => _kubelet = Daemon.Start("kubelet", folder, Path.Combine(Bin, "kubelet"),
    [
        "--config", Path.Combine(folder, "kubelet.yaml"), "--kubeconfig", kubeConfig, "--container-runtime=remote", $"--container-runtime-endpoint=unix://{Socket}",
        $"--node-ip={ControlPlane.NodeAddress}", $"--hostname-override={Name}", $"--root-dir={Path.Combine(folder, "kubelet")}", "--pod-infra-container-image=" + PauseImage,
    ], Environment());

    public void KillKubelet() => _kubelet?.Dispose();

    /// <summary>Ends a container's process at once.</summary>
    public void KillContainer(Kubernetes.Objects.Core.Pod pod, string container)
    {
        var id = pod.Status!.ContainerStatuses!.Single(status => status.Name == container).ContainerID!;
        Ctr("tasks", "kill", "--signal", "SIGKILL", id[(id.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Runs <c>ctr</c> against the node's containerd.</summary>
    public string Ctr(params string[] arguments) => Run(Path.Combine(Bin, "ctr"), ["--address", Socket, "-n", "k8s.io", .. arguments]);

    public void Dispose()
    {
        _kubelet?.Dispose();
        _containerd?.Dispose();
    }

    private static Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["PATH"] = $"{Bin}:{System.Environment.GetEnvironmentVariable("PATH")}",
        ["LD_LIBRARY_PATH"] = Path.Combine(Sandbox.Home, "lib"),
    };

    private void StartContainerd() =>
        _containerd = Daemon.Start("containerd", folder, Path.Combine(Bin, "containerd"), ["--config", Path.Combine(folder, "containerd.toml")], Environment());

    private async Task ImportAsync()
    {
        var archive = Path.Combine(folder, "image.tar");
        ImageArchive.Write(
            archive, PauseImage, [(Path.Combine(Bin, "busybox"), "/busybox")], ["/busybox", "sleep", "2147483647"], new Dictionary<string, string>(StringComparer.Ordinal));
        await TestKit.Eventually.HoldsAsync(() => File.Exists(Socket), TimeSpan.FromMinutes(1));
        Ctr("images", "import", archive);
        EngineImage.Write(archive);
        Ctr("images", "import", archive);
        File.Delete(archive);
        Ctr("images", "import", Sandbox.ImageArchive);
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}{output}");
    }
}
