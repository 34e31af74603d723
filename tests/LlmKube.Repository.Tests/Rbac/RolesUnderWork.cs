using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Agent;
using LlmKube.Agent.Engines;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.TinyModels;
using LlmKube.Operator;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Router;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>The agent and the router, each with a client that is listened to, with an operator and a service's whole life for them to work on.</summary>
internal sealed class RolesUnderWork : IAsyncDisposable
{
    private static readonly ObjectKey s_key = new("default", "demo");

    private readonly string _home = Directory.CreateTempSubdirectory("llmkube-rbac-").FullName;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ApiServerFixture _api;
    private readonly List<KubernetesClient> _clients = [];
    private readonly RouterHost _router;
    private readonly Task _roles;

    private RolesUnderWork(ApiServerFixture api, RequestRecorder[] recorders, RouterHost router, KubernetesClient routing)
    {
        _api = api;
        _router = router;
        (Agent, Router) = (recorders[0], recorders[1]);
        _clients.AddRange([api.Server.CreateClient(), Agent.CreateClient(), routing]);
        _roles = Task.WhenAll(
            OperatorHost.RunAsync(
                _clients[0], new OperatorOptions { AllowedHostPathRoots = [_home], RouterAddress = router.Url }, HostOf(FieldManagers.Operator), _stopping.Token),
            AgentHost.RunAsync(_clients[1], new AgentOptions { Home = Path.Combine(_home, "agent"), NodeName = "node", FindEngine = FindEngine }, HostOf(FieldManagers.Agent), _stopping.Token));
    }

    public RequestRecorder Agent { get; }

    public RequestRecorder Router { get; }

    public static async Task<RolesUnderWork> StartAsync()
    {
        var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        RequestRecorder[] recorders = [new(api.Http), new(api.Http)];
        var routing = recorders[1].CreateClient();
        var router = await RouterHost.StartAsync(new RouterOptions { Port = 0 }, routing, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        return new RolesUnderWork(api, recorders, router, routing);
    }

    /// <summary>Deploys a service, changes it, deletes one of its Pods, scales it, and deletes it.</summary>
    public async Task LiveAsync()
    {
        var path = Path.Combine(_home, "tiny.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        var options = new ApplyOptions("test");
        var metadata = new ObjectMeta { Name = s_key.Name, Namespace = s_key.Namespace };
        await _api.Client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = SourceField.FromText(path) } }, options, CancellationToken.None);
        await _api.Client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = s_key.Name, Replicas = 1, Env = [From("secretKeyRef"), From("configMapKeyRef")] } }, options, CancellationToken.None);
        var first = await ReadyPodAsync(not: null);
        await TryAsync(metadata);

        await _api.Client.Of<Pod>().DeleteAsync(first, new DeleteOptions(), CancellationToken.None);
        var second = await ReadyPodAsync(not: await UidAsync(first));
        await PatchAsync(new JsonObject { ["contextSize"] = 1024 });
        await UntilAsync(async () => await _api.Client.Of<Pod>().FindAsync(second, CancellationToken.None) is null);
        await ReadyPodAsync(not: null);

        await PatchAsync(new JsonObject { ["replicas"] = 0 });
        await UntilAsync(async () => (await PodsAsync()).Count == 0);
        await _api.Client.Of<InferenceService>().DeleteAsync(s_key, new DeleteOptions(), CancellationToken.None);
        await UntilAsync(async () => await _api.Client.Of<Service>().FindAsync(s_key, CancellationToken.None) is null);
    }

    /// <summary>A service that takes all requests of the one beside which it is tried, until the router has reported one.</summary>
    private async Task TryAsync(ObjectMeta beside)
    {
        var tried = new InferenceService
        {
            Metadata = beside with { Name = "tried", Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.CanaryOf] = beside.Name!, [Annotations.CanaryWeight] = "100" } },
            Spec = new InferenceServiceSpec { ModelRef = s_key.Name },
        };
        await _api.Client.Of<InferenceService>().ApplyAsync(tried, new ApplyOptions("test"), CancellationToken.None);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await UntilAsync(async () =>
        {
            using var body = new StringContent($$"""{"model":"{{beside.Name}}","messages":[]}""");
            using var answer = await http.PostAsync(new Uri(_router.Url, "v1/chat/completions"), body, CancellationToken.None);
            return (await _api.Client.Of<InferenceService>().GetAsync(tried.Key(), CancellationToken.None)).Status?.Traffic is [{ Requests: > 0, Errors: 0 }];
        });
        await _api.Client.Of<InferenceService>().DeleteAsync(tried.Key(), new DeleteOptions(), CancellationToken.None);
        await UntilAsync(async () => (await PodsAsync()).Count == 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_roles);
        await _router.DisposeAsync();
        _clients.ForEach(client => client.Dispose());
        await _api.DisposeAsync();
        _stopping.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>A variable whose value stands elsewhere.</summary>
    private static JsonElement From(string reference) => JsonSerializer.SerializeToElement(new JsonObject
    {
        ["name"] = reference,
        ["valueFrom"] = new JsonObject { [reference] = new JsonObject { ["name"] = "nothing", ["key"] = "key", ["optional"] = true } },
    });

    private static EngineLaunch FindEngine() => new(
        Path.Combine(Repository.Root, "artifacts", "bin", "LlmKube.FakeEngine", "debug", "LlmKube.FakeEngine"), [], new Dictionary<string, string>(StringComparer.Ordinal));

    private static ControllerHostOptions HostOf(string component) => new() { Component = component, Identity = "node", Logging = NullLoggerFactory.Instance };

    private async Task<IReadOnlyList<Pod>> PodsAsync() =>
        [.. (await _api.Client.Of<Pod>().ListAsync(new ListOptions { Namespace = s_key.Namespace, LabelSelector = Labels.Service }, CancellationToken.None)).Items];

    private async Task<string?> UidAsync(ObjectKey pod) => (await _api.Client.Of<Pod>().FindAsync(pod, CancellationToken.None))?.Metadata.Uid;

    private async Task<ObjectKey> ReadyPodAsync(string? not)
    {
        ObjectKey found = default!;
        await UntilAsync(async () =>
        {
            if ((await PodsAsync()).FirstOrDefault(pod => IsReady(pod) && (not is null || pod.Metadata.Uid != not)) is not { } ready)
            {
                return false;
            }

            found = ready.Key();
            return true;
        });
        return found;
    }

    private static bool IsReady(Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private Task<InferenceService> PatchAsync(JsonObject spec) =>
        _api.Client.Of<InferenceService>().PatchAsync(s_key, Patch.Merge(new JsonObject { ["spec"] = spec }), new PatchOptions(), CancellationToken.None);

    private Task UntilAsync(Func<Task<bool>> holds) => Work.UntilAsync(_roles, holds);
}
