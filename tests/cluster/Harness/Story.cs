using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Xunit;

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
        Assert.SkipWhen(cluster.Missing is not null, $"There is no cluster: {cluster.Missing}.");
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

    public async Task DeployAsync(
        string name, string source, int replicas = 1, Func<ModelSpec, ModelSpec>? model = null, Func<InferenceServiceSpec, InferenceServiceSpec>? change = null)
    {
        await ModelAsync(name, source, model);
        await ServiceAsync(name, replicas, change);
    }

    /// <summary>Deletes a service and its model, and does not wait for what they owned.</summary>
    public async Task RemoveAsync(string name)
    {
        await Client.Of<InferenceService>().DeleteAsync(new ObjectKey(Namespace, name), new DeleteOptions(), CancellationToken.None);
        await Client.Of<Model>().DeleteAsync(new ObjectKey(Namespace, name), new DeleteOptions(), CancellationToken.None);
    }

    public async Task ModelAsync(string name, string source, Func<ModelSpec, ModelSpec>? change = null)
    {
        var spec = new ModelSpec { Source = SourceField.FromText(source) };
        await Client.Of<Model>().ApplyAsync(new Model { Metadata = Named(name), Spec = change?.Invoke(spec) ?? spec }, s_user, CancellationToken.None);
    }

    public async Task ServiceAsync(string name, int replicas, Func<InferenceServiceSpec, InferenceServiceSpec>? change = null)
    {
        // A tiny model is loaded at once: it need not wait for the probes that a large one gets.
        var probe = System.Text.Json.JsonSerializer.SerializeToElement(
            new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/health", ["port"] = "http" }, ["periodSeconds"] = 1, ["timeoutSeconds"] = 5, ["failureThreshold"] = 100 }, KubernetesJson.Default.JsonObject);
        var spec = new InferenceServiceSpec
        {
            ModelRef = name,
            Replicas = replicas,
            ContextSize = 256,
            Resources = new ServiceResources { Memory = "64Mi" },
            ProbeOverrides = new ProbeOverrides { Startup = probe, Readiness = probe },
        };
        await Client.Of<InferenceService>().ApplyAsync(new InferenceService { Metadata = Named(name), Spec = change?.Invoke(spec) ?? spec }, s_user, CancellationToken.None);
    }

    public async Task SecretAsync(string name, params (string Key, string Value)[] entries) => await Client.Of(Core("Secret", "secrets")).ApplyAsync(
        new DynamicObject(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
            ["stringData"] = new JsonObject(entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
        }),
        s_user,
        CancellationToken.None);

    /// <summary>A claim as a user writes it.</summary>
    public async Task ClaimAsync(string name) => await Client.Of<PersistentVolumeClaim>().CreateAsync(
        new PersistentVolumeClaim
        {
            Metadata = Named(name),
            Spec = new PersistentVolumeClaimSpec
            {
                AccessModes = ["ReadWriteOnce"],
                Resources = new ResourceRequirements { Requests = new Dictionary<string, string>(StringComparer.Ordinal) { ["storage"] = "1Gi" } },
            },
        },
        CancellationToken.None);

    public async Task<IReadOnlyList<string>> ClaimNamesAsync() =>
        [.. (await Client.Of<PersistentVolumeClaim>().ListAsync(new ListOptions { Namespace = Namespace }, CancellationToken.None)).Items.Select(claim => claim.Metadata.Name!)];

    /// <summary>Everything in the namespace that the operator makes for services.</summary>
    public async Task<IReadOnlyList<string>> OwnedAsync()
    {
        var options = new ListOptions { Namespace = Namespace, LabelSelector = Labels.Service };
        return
        [
            .. (await Client.Of<Deployment>().ListAsync(options, CancellationToken.None)).Items.Select(one => $"Deployment {one.Metadata.Name}"),
            .. (await Client.Of<Service>().ListAsync(options, CancellationToken.None)).Items.Select(one => $"Service {one.Metadata.Name}"),
            .. (await Client.Of<Pod>().ListAsync(options, CancellationToken.None)).Items.Select(one => $"Pod {one.Metadata.Name}"),
        ];
    }

    public Task ModelSaysAsync(string name, string reason) => Cluster.UntilAsync($"the model {Namespace}/{name} says {reason}", async () =>
        (await ModelAsync(name)).Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Reason == reason);

    public async Task DeleteAsync(string name)
    {
        await RemoveAsync(name);
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

    /// <summary>Asks one of the pods; the kind of object that it answered with.</summary>
    public async Task<string> ChatAsync(string name) => await ChatAsync(await AddressAsync(name));

    /// <summary>Where one of the pods that are ready answers.</summary>
    public async Task<Uri> AddressAsync(string name)
    {
        var pod = (await PodsAsync(name)).First(one => one.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true && !one.IsBeingDeleted());
        return new Uri($"http://{pod.Status!.PodIP}:{Defaults.EndpointPort}/v1/chat/completions");
    }

    public async Task<string> ChatAsync(Uri address, string? model = null)
    {
        var body = new JsonObject { ["model"] = model ?? "any", ["max_tokens"] = 4, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hello" }) };
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        message.Headers.ConnectionClose = true;
        using var answer = await _http.SendAsync(message, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(CancellationToken.None))!["object"]!;
    }

    /// <summary>Bytes that the service's pod moved before it started, as the container that fetches says in its last line.</summary>
    public async Task<long> FetchedAsync(string name)
    {
        var pod = (await PodsAsync(name)).Single();
        using var answer = await Client.GetRawAsync($"/api/v1/namespaces/{Namespace}/pods/{pod.Metadata.Name}/log?container=model-downloader", CancellationToken.None);
        var last = (await answer.Content.ReadAsStringAsync(CancellationToken.None)).Trim().Split('\n')[^1];
        return (long)JsonNode.Parse(last)!["bytesMoved"]!;
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

    private static ResourceDefinition Core(string kind, string plural) => new("", "v1", kind, plural, Namespaced: true);

    private ObjectMeta Named(string name) => new() { Name = name, Namespace = Namespace };
}
