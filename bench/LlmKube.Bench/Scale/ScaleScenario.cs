using System.Diagnostics;
using System.Globalization;
using LlmKube.ApiServer;
using LlmKube.Bench.Startup;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Bench.Scale;

/// <summary>
/// Thousands of Models and services under one operator, with no pods run: how long they take to converge, against what the API server
/// takes for so many writes alone; what the operator asks for each; and what it holds and burns when nothing happens.
/// </summary>
internal static class ScaleScenario
{
    private const string Namespace = "default";
    private const int Writers = 8;
    private const int BaselineWrites = 2000;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var (models, services) = (Number(arguments, "--models", 5000), Number(arguments, "--services", 2000));
        var llmkube = Path.GetFullPath(Path.Combine("artifacts", "llmkube", "llmkube"));
        if (!File.Exists(llmkube))
        {
            await output.WriteLineAsync($"{llmkube} is not there: scripts/build makes it.");
            return 2;
        }

        var embedded = StartupScenario.Find("etcd") is null || StartupScenario.Find("kube-apiserver") is null;
        await output.WriteLineAsync($"API server: {(embedded ? "the embedded one (etcd and kube-apiserver are not on the path)" : "etcd and kube-apiserver")}; {models} Models, {services} services.");
        await using var control = embedded ? null : await ControlPlane.StartAsync(StartupScenario.Find("etcd")!, StartupScenario.Find("kube-apiserver")!, cancellationToken);
        await using var own = embedded ? await EmbeddedApiServer.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All }, cancellationToken) : null;
        var kubeconfig = control?.KubeConfig ?? own!.KubeConfigPath;
        if (control is not null)
        {
            await InstallAsync(llmkube, kubeconfig, cancellationToken);
        }

        var configuration = await ConfigurationLoader.LoadAsync(kubeconfig, null, _ => null, [], TimeProvider.System, cancellationToken);
        using var client = ClientFactory.Create(configuration with { RequestsPerSecond = 100_000, Burst = 100_000 }, "llmkube-bench");
        await MeasureAsync(client, llmkube, kubeconfig, models, services, output, cancellationToken);
        return 0;
    }

    private static async Task MeasureAsync(KubernetesClient client, string llmkube, string kubeconfig, int models, int services, TextWriter output, CancellationToken cancellationToken)
    {
        await ClaimAsync(client, cancellationToken);
        var writes = await BaselineAsync(client, cancellationToken);
        await using var op = new OperatorProcess(llmkube, kubeconfig);
        await op.QuietAsync(s_quiet, cancellationToken);
        var start = await op.RequestsAsync(cancellationToken);

        await StepAsync("created", models + services, async () =>
        {
            await EachAsync(models, i => client.Of<Model>().CreateAsync(ModelOf(i), cancellationToken));
            await EachAsync(services, i => client.Of<InferenceService>().CreateAsync(ServiceOf(i, models, replicas: 1), cancellationToken));
        });
        var ready = (await client.Of<Model>().ListAsync(new ListOptions(), cancellationToken)).Items.Count(model => model.Status?.Phase == ModelPhases.Ready);
        var planned = (await client.Of<Deployment>().ListAsync(new ListOptions { Namespace = Namespace }, cancellationToken)).Items.Count;
        await output.WriteLineAsync($"  ready Models {ready} of {models}, Deployments {planned} of {services}");

        await StepAsync("changed", services, () => EachAsync(services, i => client.Of<InferenceService>().ApplyAsync(ServiceOf(i, models, replicas: 2), new ApplyOptions("bench"), cancellationToken)));
        var (cpu, at) = (op.Cpu, Stopwatch.GetTimestamp());
        var before = await op.RequestsAsync(cancellationToken);
        await Task.Delay(s_idle, TimeProvider.System, cancellationToken);
        var idle = (op.Cpu - cpu) / Stopwatch.GetElapsedTime(at);
        var asked = (await op.RequestsAsync(cancellationToken)).Values.Sum() - before.Values.Sum();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"idle: {idle:P2} of a core, {asked} requests in {s_idle.TotalSeconds} s, {op.ResidentMiB:F0} MiB resident"));

        await StepAsync("deleted", models + services, async () =>
        {
            await EachAsync(services, i => client.Of<InferenceService>().DeleteAsync(new ObjectKey(Namespace, NameOf(i)), new DeleteOptions(), cancellationToken));
            await EachAsync(models, i => client.Of<Model>().DeleteAsync(new ObjectKey(Namespace, NameOf(i)), new DeleteOptions(), cancellationToken));
        });

        async Task StepAsync(string what, int objects, Func<Task> change)
        {
            var (begun, counts) = (Stopwatch.GetTimestamp(), await op.RequestsAsync(cancellationToken));
            await change();
            var changed = Stopwatch.GetElapsedTime(begun);
            var converged = Stopwatch.GetElapsedTime(begun, Math.Max(await op.QuietAsync(s_quiet, cancellationToken), begun));
            var made = (await op.RequestsAsync(cancellationToken)).ToDictionary(entry => entry.Key, entry => entry.Value - counts.GetValueOrDefault(entry.Key), StringComparer.Ordinal);
            var all = objects + made.Values.Sum();
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{objects} {what}: converged in {converged.TotalSeconds / (all / writes):F2} of the time that the API server takes for {all} writes alone ({converged.TotalSeconds / changed.TotalSeconds:F2} of the time of the changes themselves); {string.Join(", ", made.Where(entry => entry.Value > 0).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{(double)entry.Value / objects:F2} {entry.Key}")))} each; {op.ResidentMiB:F0} MiB resident"));
        }
    }

    /// <summary>Writes a second that the API server takes of small objects, with nobody watching.</summary>
    private static async Task<double> BaselineAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        await EachAsync(BaselineWrites, i => client.Of<Model>().CreateAsync(ModelOf(i), cancellationToken));
        var took = Stopwatch.GetElapsedTime(begun);
        await EachAsync(BaselineWrites, i => client.Of<Model>().DeleteAsync(new ObjectKey(Namespace, NameOf(i)), new DeleteOptions(), cancellationToken));
        return BaselineWrites / took.TotalSeconds;
    }

    /// <summary>A bound claim: its Models are ready without any server to ask.</summary>
    private static async Task ClaimAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var claim = new PersistentVolumeClaim
        {
            Metadata = new ObjectMeta { Name = "models", Namespace = Namespace },
            Spec = new PersistentVolumeClaimSpec { AccessModes = ["ReadWriteMany"], Resources = new ResourceRequirements { Requests = new Dictionary<string, string>(StringComparer.Ordinal) { ["storage"] = "1Gi" } } },
        };
        await client.Of<PersistentVolumeClaim>().CreateAsync(claim, cancellationToken);
        await client.Of<PersistentVolumeClaim>().PatchAsync(
            claim.Key(), Patch.Merge(new System.Text.Json.Nodes.JsonObject { ["status"] = new System.Text.Json.Nodes.JsonObject { ["phase"] = "Bound" } }), new PatchOptions { Subresource = "status" }, cancellationToken);
    }

    private static Task EachAsync(int count, Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (i, _) => await act(i));

    private static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"model-{i:D5}");

    private static Model ModelOf(int i) => new()
    {
        Metadata = new ObjectMeta { Name = NameOf(i), Namespace = Namespace },
        Spec = new ModelSpec { Source = SourceField.FromText(string.Create(CultureInfo.InvariantCulture, $"pvc://models/{i}.gguf")) },
    };

    private static InferenceService ServiceOf(int i, int models, int replicas) => new()
    {
        Metadata = new ObjectMeta { Name = NameOf(i), Namespace = Namespace },
        Spec = new InferenceServiceSpec { ModelRef = NameOf(i % models), Replicas = replicas },
    };

    private static async Task InstallAsync(string llmkube, string kubeconfig, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(llmkube, ["install", "--no-wait", "--kubeconfig", kubeconfig]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"llmkube install ended with {process.ExitCode}: {await said}{await errors}");
        }
    }

    private static int Number(string[] arguments, string name, int otherwise) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
