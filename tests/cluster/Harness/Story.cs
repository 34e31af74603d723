using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>One story's namespace, and the words in which it is told.</summary>
internal sealed class Story : IAsyncDisposable
{
    private static readonly ApplyOptions s_user = new("a-user");

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };
    private readonly List<IAsyncDisposable> _sites = [];

    private Story(ClusterFixture cluster, string ns) => (Cluster, Namespace) = (cluster, ns);

    public ClusterFixture Cluster { get; }

    public string Namespace { get; }

    private KubernetesClient Client => Cluster.Client;

    public static async Task<Story> BeginAsync(ClusterFixture cluster, string ns)
    {
        await cluster.NamespaceAsync(ns);
        return new Story(cluster, ns);
    }

    /// <summary>A tiny model that a real engine serves.</summary>
    public static byte[] TinyModel(ulong seed = 1)
    {
        using var stream = new MemoryStream();
        LlmKube.Models.TinyModels.TinyModel.Write(stream, new TinyModelOptions { Seed = seed });
        return stream.ToArray();
    }

    public async Task DeployAsync(string name, string source, int replicas = 1, Func<ModelSpec, ModelSpec>? model = null)
    {
        var spec = new ModelSpec { Source = SourceField.FromText(source) };
        await Client.Of<Model>().ApplyAsync(new Model { Metadata = Named(name), Spec = model?.Invoke(spec) ?? spec }, s_user, CancellationToken.None);
        await Client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = Named(name), Spec = new InferenceServiceSpec { ModelRef = name, Replicas = replicas, ContextSize = 256, Resources = new ServiceResources { Memory = "64Mi" } } }, s_user, CancellationToken.None);
    }

    public async Task DeleteAsync(string name)
    {
        await Client.Of<InferenceService>().DeleteAsync(new ObjectKey(Namespace, name), new DeleteOptions(), CancellationToken.None);
        await Client.Of<Model>().DeleteAsync(new ObjectKey(Namespace, name), new DeleteOptions(), CancellationToken.None);
        await Cluster.UntilAsync($"the pods of {name} are gone", async () => (await PodsAsync(name)).Count == 0);
    }

    public Task ReadyAsync(string name, int replicas = 1) => Cluster.UntilAsync($"{Namespace}/{name} is ready with {replicas}", async () =>
    {
        var service = await ServiceAsync(name);
        return service.Status is { Phase: ServicePhases.Ready } status && status.ReadyReplicas == replicas && status.ObservedGeneration == service.Metadata.Generation;
    });

    public Task<InferenceService> ServiceAsync(string name) => Client.Of<InferenceService>().GetAsync(new ObjectKey(Namespace, name), CancellationToken.None);

    public Task<Model> ModelAsync(string name) => Client.Of<Model>().GetAsync(new ObjectKey(Namespace, name), CancellationToken.None);

    public async Task<IReadOnlyList<Pod>> PodsAsync(string name) =>
        (await Client.Of<Pod>().ListAsync(new ListOptions { Namespace = Namespace, LabelSelector = Labels.SelectorTextOf(name) }, CancellationToken.None)).Items;

    /// <summary>Asks one of the pods; what the model answered.</summary>
    public async Task<string> ChatAsync(string name)
    {
        var pod = (await PodsAsync(name)).First(one => one.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true && !one.IsBeingDeleted());
        var body = new JsonObject { ["max_tokens"] = 4, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hello" }) };
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri($"http://{pod.Status!.PodIP}:{Defaults.EndpointPort}/v1/chat/completions"), content, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(CancellationToken.None))!;
        return (string)json["object"]!;
    }

    /// <summary>A web server on the node's address that serves files by name, with ranges.</summary>
    public async Task<FileSite> SiteAsync()
    {
        var site = await FileSite.StartAsync(IPAddress.Parse(ControlPlane.NodeAddress));
        site.Files["tiny.gguf"] = TinyModel();
        _sites.Add(site);
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var site in _sites)
        {
            await site.DisposeAsync();
        }

        await Client.Of(new ResourceDefinition("", "v1", "Namespace", "namespaces", Namespaced: false)).DeleteAsync(new ObjectKey("", Namespace), new DeleteOptions(), CancellationToken.None);
    }

    private ObjectMeta Named(string name) => new() { Name = name, Namespace = Namespace };
}
