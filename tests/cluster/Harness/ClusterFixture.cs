using System.Diagnostics;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources.V1Alpha1;
using Xunit;

[assembly: AssemblyFixture(typeof(LlmKube.Cluster.Tests.Harness.ClusterFixture))]
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>One real cluster with LLMKube installed, for all stories; they run one after the other, each in a namespace of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly string _folder = Sandbox.Folder;
    private ControlPlane? _plane;
    private NodeMachine? _node;
    private NamedAddresses? _named;

    internal ControlPlane Plane => _plane!;

    internal NodeMachine Node => _node!;

    internal NamedAddresses Named => _named!;

    public KubernetesClient Client { get; private set; } = null!;

    public string KubeConfig => Plane.KubeConfig;

    /// <summary>A folder of the node that pods may write to.</summary>
    public string NodeFolder(string name)
    {
        var path = Path.Combine(_folder, "node", name);
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        }

        return path;
    }

    public async ValueTask InitializeAsync()
    {
        Missing = Sandbox.Missing;
        if (Missing is not null)
        {
            return;
        }

        try
        {
            await BringUpAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException)
        {
            // A machine that cannot run a node is no fault of the product; what is installed on one that can is held to everything.
            Missing = $"Kubernetes could not be brought up on this machine ({e.Message.Split('\n')[0]}); its logs are in {_folder}";
            return;
        }

        await InstallAsync();
        _named = await NamedAddresses.WatchAsync(Client);
    }

    /// <summary>Why there is no cluster; null where there is one.</summary>
    public string? Missing { get; private set; }

    private async Task BringUpAsync()
    {
        NodeMachine.SetUpNetwork();
        _plane = new ControlPlane(_folder);
        _plane.Start();
        var configuration = await ConfigurationLoader.LoadAsync(KubeConfig, null, _ => null, [], TimeProvider.System, CancellationToken.None);
        Client = ClientFactory.Create(configuration, "llmkube-tests", TimeProvider.System);
        await ServedAsync();
        _node = new NodeMachine(_folder, KubeConfig);
        await _node.StartAsync();
        await UntilAsync("the node is ready", async () => (await Client.Of<Node>().FindAsync(new ObjectKey("", NodeMachine.Name), CancellationToken.None))?.Status?.Conditions?
            .Any(condition => condition is { Type: "Ready", Status: "True" }) == true);
    }

    /// <summary>Returns when the API server answers.</summary>
    public async Task ServedAsync() => await UntilAsync("the API server answers", async () =>
    {
        using var answer = await Client.GetRawAsync("/readyz", CancellationToken.None);
        return answer.IsSuccessStatusCode;
    });

    /// <summary>Runs the product's command line; its output.</summary>
    public async Task<string> LlmKubeAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(TestKit.Checkout.Root, "artifacts", "llmkube", "llmkube"), [.. arguments, "--kubeconfig", KubeConfig])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LLMKUBE_HOME"] = Path.Combine(_folder, "home");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"llmkube {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}{output}");
    }

    /// <summary>Has the operator's pod run, or not.</summary>
    public async Task ScaleOperatorAsync(int replicas)
    {
        var key = new ObjectKey("llmkube-system", "llmkube-operator");
        await Client.Of<Deployment>().ScaleAsync(key, replicas, CancellationToken.None);
        await UntilAsync($"{replicas} operators run", async () =>
            (await Client.Of<Pod>().ListAsync(new ListOptions { Namespace = key.Namespace }, CancellationToken.None)).Items.Count == replicas && ((await Client.Of<Deployment>().GetAsync(key, CancellationToken.None)).Status?.AvailableReplicas ?? 0) == replicas);
    }

    /// <summary>Makes a namespace, with a volume for its model cache.</summary>
    public async Task NamespaceAsync(string name)
    {
        await Client.Of(new ResourceDefinition("", "v1", "Namespace", "namespaces", Namespaced: false))
            .CreateAsync(new DynamicObject(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } }), CancellationToken.None);
        await VolumeAsync($"{name}-cache", NodeFolder($"{name}-cache"), name, "llmkube-model-cache");
    }

    /// <summary>A volume on a folder of the node, for one claim.</summary>
    public Task VolumeAsync(string name, string path, string ns, string claim) =>
        Client.Of(new ResourceDefinition("", "v1", "PersistentVolume", "persistentvolumes", Namespaced: false)).CreateAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "PersistentVolume",
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["capacity"] = new JsonObject { ["storage"] = "100Gi" },
                    ["accessModes"] = new JsonArray("ReadWriteOnce"),
                    ["persistentVolumeReclaimPolicy"] = "Retain",
                    ["claimRef"] = new JsonObject { ["namespace"] = ns, ["name"] = claim },
                    ["hostPath"] = new JsonObject { ["path"] = path },
                },
            }),
            CancellationToken.None);

    /// <summary>Waits with a generous deadline; says what it waited for, and what the cluster shows.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? patience = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or ApiException or IOException or OperationCanceledException)
            {
                // The cluster is being brought up, or disturbed on purpose.
            }

            if (Stopwatch.GetElapsedTime(began) > (patience ?? TimeSpan.FromMinutes(4)))
            {
                throw new TimeoutException($"In vain waited until {what}.\n{await DescribeAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_named is not null)
        {
            await _named.DisposeAsync();
        }

        _node?.Dispose();
        _plane?.Dispose();
        Client?.Dispose();
    }

    private async Task InstallAsync()
    {
        await LlmKubeAsync("install", "--image", Sandbox.Image, "--no-router", "--operator-arg", $"--runtime-images=llamacpp={EngineImage.Name}", "--operator-arg", "--model-cache-size=1Gi", "--operator-arg", "--model-revalidate-interval=5s", "--no-wait");
        await UntilAsync("the operator runs", async () => (await Client.Of<Deployment>().GetAsync(new ObjectKey("llmkube-system", "llmkube-operator"), CancellationToken.None)).Status?.AvailableReplicas == 1);
    }

    private async Task<string> DescribeAsync()
    {
        try
        {
            var services = (await Client.Of<InferenceService>().ListAsync(new ListOptions(), CancellationToken.None)).Items
                .Select(service => $"service {service.Key()}: {service.Status?.Phase} {service.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready")?.Message}");
            var models = (await Client.Of<Model>().ListAsync(new ListOptions(), CancellationToken.None)).Items
                .Select(model => $"model {model.Key()}: {model.Status?.Phase} {model.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready")?.Message}");
            var pods = (await Client.Of<Pod>().ListAsync(new ListOptions(), CancellationToken.None)).Items
                .Select(pod => $"pod {pod.Key()}: {System.Text.Json.JsonSerializer.Serialize(pod.Status, KubernetesJson.Default.PodStatus)}");
            return string.Join('\n', [.. services, .. models, .. pods]);
        }
        catch (Exception e) when (e is HttpRequestException or ApiException)
        {
            return $"The API server does not answer: {e.Message}";
        }
    }
}
