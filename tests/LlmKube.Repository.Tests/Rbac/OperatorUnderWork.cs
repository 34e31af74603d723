using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.S3;
using LlmKube.Models.TinyModels;
using LlmKube.Operator;
using LlmKube.Operator.KubeAi;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Webhooks;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>The operator of a cluster with a client that is listened to, and everything that it does for a Model and a service.</summary>
internal sealed class OperatorUnderWork : IAsyncDisposable
{
    private const string Namespace = "default";
    private static readonly ApplyOptions s_user = new("test");

    private readonly CancellationTokenSource _stopping = new();
    private readonly ApiServerFixture _api;
    private readonly TestSite _site;
    private readonly Bucket _bucket;
    private readonly TestSite _store;
    private readonly KubernetesClient _client;
    private readonly Task _running;

    private OperatorUnderWork(ApiServerFixture api, TestSite site, Bucket bucket, TestSite store)
    {
        (_api, _site, _bucket, _store) = (api, site, bucket, store);
        Requests = new RequestRecorder(api.Http);
        _client = Requests.CreateClient();
        _running = OperatorHost.RunAsync(
            _client,
            new OperatorOptions { Pods = new PodSettings { Image = "llmkube:test", PrometheusAddress = "http://prometheus.test" }, ServesKubeAi = true, DiscoveryInterval = TimeSpan.FromSeconds(1), Backends = [new HttpBackend(new NetworkOptions(), TimeProvider.System), new S3Backend(new NetworkOptions(), TimeProvider.System)] },
            new ControllerHostOptions
            {
                Component = FieldManagers.Operator,
                Identity = "one",
                Logging = NullLoggerFactory.Instance,
                LeaderElection = new LeaderElectionOptions { Namespace = Namespace, LeaseName = "llmkube-operator", Identity = "one" },
            },
            _stopping.Token);
    }

    public RequestRecorder Requests { get; }

    public static async Task<OperatorUnderWork> StartAsync()
    {
        var bytes = new MemoryStream();
        TinyModel.Write(bytes, new TinyModelOptions());
        var site = await TestSite.StartAsync(new ServedFile(bytes.ToArray()).AnswerAsync);
        var bucket = new Bucket("models") { ["models/tiny/tags/latest"] = "v1"u8.ToArray(), ["models/tiny/v1/tiny.gguf"] = bytes.ToArray(), ["models/tiny/v2/tiny.gguf"] = bytes.ToArray() };
        var store = await TestSite.StartAsync(bucket.AnswerAsync);
        return new OperatorUnderWork(await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [.. CrdManifests.All, .. OtherDefinitions.All, OtherDefinitions.KubeAi] }), site, bucket, store);
    }

    public async Task LiveAsync()
    {
        // A Model that is fetched ahead, with credentials; then from another place, so that its Job makes way.
        await _api.Client.Of(SecretEntries.Definition).ApplyAsync(
            new DynamicObject(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = "credentials", ["namespace"] = Namespace }, ["stringData"] = new JsonObject { ["token"] = "t" } }),
            s_user,
            CancellationToken.None);
        await ModelAsync("ahead", "one.gguf", spec => spec with { Prefetch = true, SourceSecretRef = new LocalObjectReference { Name = "credentials" } });
        var job = new ObjectKey(Namespace, "ahead-prefetch");
        await UntilAsync(async () => await _api.Client.Of<Job>().FindAsync(job, CancellationToken.None) is not null);
        var first = (await _api.Client.Of<Job>().GetAsync(job, CancellationToken.None)).Metadata.Uid;
        await ModelAsync("ahead", "two.gguf", spec => spec with { Prefetch = true });
        await UntilAsync(async () => await _api.Client.Of<Job>().FindAsync(job, CancellationToken.None) is { } other && other.Metadata.Uid != first);

        // A repository, which is looked at and found not to be one.
        await _api.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository { Metadata = new ObjectMeta { Name = "main", Namespace = Namespace }, Spec = new ModelRepositorySpec { Type = RepositoryTypes.Folder, Path = "/models" } }, s_user, CancellationToken.None);
        await UntilAsync(async () => (await _api.Client.Of<ModelRepository>().GetAsync(new ObjectKey(Namespace, "main"), CancellationToken.None)).Status?.Conditions is not null);

        // One in a claim, which is read through a pod; then not.
        await _api.Client.Of<PersistentVolumeClaim>().CreateAsync(new PersistentVolumeClaim { Metadata = new ObjectMeta { Name = "share", Namespace = Namespace }, Spec = new PersistentVolumeClaimSpec { AccessModes = ["ReadWriteOnce"], Resources = new ResourceRequirements { Requests = new Dictionary<string, string>(StringComparer.Ordinal) { ["storage"] = "1Gi" } } } }, CancellationToken.None);
        await ShareAsync(new ModelRepositorySpec { Type = RepositoryTypes.Pvc, ClaimName = "share" });
        await UntilAsync(async () => await _api.Client.Of<Deployment>().FindAsync(new ObjectKey(Namespace, "share-repository"), CancellationToken.None) is not null);
        await ShareAsync(new ModelRepositorySpec { Type = RepositoryTypes.Folder, Path = "/models" });
        await UntilAsync(async () => await _api.Client.Of<Deployment>().FindAsync(new ObjectKey(Namespace, "share-repository"), CancellationToken.None) is null);

        await TryVersionAsync();

        // A Model of KubeAI.
        await _api.Client.Of<KubeAiModel>().ApplyAsync(
            new KubeAiModel { Metadata = new ObjectMeta { Name = "neighbour", Namespace = Namespace }, Spec = new JsonObject { ["url"] = "hf://org/repo", ["engine"] = "VLLM" } }, s_user, CancellationToken.None);
        await UntilAsync(async () => (await _api.Client.Of<KubeAiModel>().GetAsync(new ObjectKey(Namespace, "neighbour"), CancellationToken.None)).Status?.Replicas is { All: 1 });

        // A service that is published through a gateway and has an objective; then not.
        await ModelAsync("demo", "one.gguf", spec => spec);
        await ServiceAsync(spec => spec with { Endpoint = new EndpointSpec { Gateway = new EndpointGatewaySpec { Enabled = true, GatewayRef = new GatewayReference { Name = "edge" } } }, Slo = new SloSpec { Name = "demo", Objective = "99" } });
        await UntilAsync(async () => await HasAsync<AiGatewayRoute>() && await HasAsync<ServiceLevelObjective>());
        await ServiceAsync(spec => spec);
        await UntilAsync(async () => !await HasAsync<AiGatewayRoute>() && !await HasAsync<ServiceLevelObjective>());

        // A service that is scaled by its load; then by hand; then on a machine with an agent.
        await ModelAsync("demo", "one.gguf", spec => spec);
        await ServiceAsync(spec => spec with { Replicas = 2, Autoscaling = new AutoscalingSpec { MaxReplicas = 4 } });
        await UntilAsync(async () => await HasAsync<HorizontalPodAutoscaler>() && await HasAsync<PodDisruptionBudget>() && await HasAsync<Deployment>());

        // KEDA comes, and takes over.
        await _api.Client.Of(new ResourceDefinition("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false)).CreateAsync(new DynamicObject(OtherDefinitions.Keda), CancellationToken.None);
        await UntilAsync(async () => await HasAsync<ScaledObject>() && !await HasAsync<HorizontalPodAutoscaler>());
        await FetchingPodAsync();
        await UntilAsync(() => Task.FromResult(Requests.Used.Contains(new Permission("get", "", "pods/log"))));
        await ServiceAsync(spec => spec with { Replicas = 1, MaxPodLifetimeSeconds = 1 });
        await AnsweringPodAsync();
        await UntilAsync(() => Task.FromResult(Requests.Used.Contains(new Permission("create", "", "pods/eviction")) && Requests.Used.Contains(new Permission("patch", "", "pods"))));
        await UntilAsync(async () => !await HasAsync<ScaledObject>() && !await HasAsync<PodDisruptionBudget>());
        await _api.Client.Of<Node>().ApplyAsync(
            new Node { Metadata = new ObjectMeta { Name = "mac", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.Agent] = "true", ["machine"] = "mac" } } }, s_user, CancellationToken.None);
        await ServiceAsync(spec => spec with { NodeSelector = new Dictionary<string, string>(StringComparer.Ordinal) { ["machine"] = "mac" } });
        await _api.Client.Of<Lease>().ApplyAsync(
            new Lease { Metadata = new ObjectMeta { Name = "mac", Namespace = "kube-node-lease" }, Spec = new LeaseSpec { RenewTime = TimeProvider.System.GetUtcNow() } }, s_user, CancellationToken.None);
        await UntilAsync(async () => !await HasAsync<Deployment>());

        // The webhooks' keys, spoilt ones and none.
        var keys = new ObjectKey(Namespace, "llmkube-webhook-keys");
        await _api.Client.Of(SecretEntries.Definition).ApplyAsync(
            new DynamicObject(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = keys.Name, ["namespace"] = Namespace }, ["stringData"] = new JsonObject { ["tls.crt"] = "spoilt" } }),
            s_user,
            CancellationToken.None);
        await ServeWebhooksAsync(new Permission("patch", "", "secrets"));
        await _api.Client.Of(SecretEntries.Definition).DeleteAsync(keys, new DeleteOptions(), CancellationToken.None);
        await ServeWebhooksAsync(new Permission("create", "", "secrets"));

        // The leader's first renewal.
        await UntilAsync(() => Task.FromResult(Requests.Used.Contains(new Permission("patch", "coordination.k8s.io", "leases"))));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_running);
        _client.Dispose();
        await _site.DisposeAsync();
        await _store.DisposeAsync();
        await _api.DisposeAsync();
        _stopping.Dispose();
    }

    private Task<ModelRepository> ShareAsync(ModelRepositorySpec spec) => _api.Client.Of<ModelRepository>().ApplyAsync(new ModelRepository { Metadata = new ObjectMeta { Name = "share", Namespace = Namespace }, Spec = spec }, s_user, CancellationToken.None);

    /// <summary>A version that is tried, beside one that is served, and then promoted.</summary>
    private async Task TryVersionAsync()
    {
        await _api.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository { Metadata = new ObjectMeta { Name = "bucket", Namespace = Namespace }, Spec = new ModelRepositorySpec { Type = RepositoryTypes.S3, Endpoint = _store.Url.ToString(), Bucket = "models", PollIntervalSeconds = 1 } }, s_user, CancellationToken.None);
        await _api.Client.Of<Model>().ApplyAsync(
            new Model { Metadata = new ObjectMeta { Name = "tried", Namespace = Namespace }, Spec = new ModelSpec { Source = SourceField.FromText("repo://bucket/tiny"), RefreshPolicy = RefreshPolicies.Canary } }, s_user, CancellationToken.None);
        await _api.Client.Of<InferenceService>().ApplyAsync(new InferenceService { Metadata = new ObjectMeta { Name = "tried", Namespace = Namespace }, Spec = new InferenceServiceSpec { ModelRef = "tried" } }, s_user, CancellationToken.None);
        await UntilAsync(async () => (await _api.Client.Of<Model>().GetAsync(new ObjectKey(Namespace, "tried"), CancellationToken.None)).Status?.ResolvedVersion == "v1");
        _bucket["models/tiny/tags/latest"] = "v2"u8.ToArray();
        await UntilAsync(async () => (await _api.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = Namespace }, CancellationToken.None)).Items.Any(IsTrial));
        await _api.Client.Of<Model>().PatchAsync(
            new ObjectKey(Namespace, "tried"), Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.PromotedVersion] = "v2" } } }), new PatchOptions(), CancellationToken.None);
        await UntilAsync(async () => !(await _api.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = Namespace }, CancellationToken.None)).Items.Any(IsTrial)
            && !(await _api.Client.Of<Model>().ListAsync(new ListOptions { Namespace = Namespace }, CancellationToken.None)).Items.Any(IsTrial));

        static bool IsTrial(IResource resource) => resource.Metadata.Annotations?.ContainsKey(Annotations.CanaryOf) == true;
    }

    private async Task<bool> HasAsync<T>()
        where T : class, IResource<T> => await _api.Client.Of<T>().FindAsync(new ObjectKey(Namespace, "demo"), CancellationToken.None) is not null;

    private Task<Model> ModelAsync(string name, string file, Func<ModelSpec, ModelSpec> change) => _api.Client.Of<Model>().ApplyAsync(
        new Model { Metadata = new ObjectMeta { Name = name, Namespace = Namespace }, Spec = change(new ModelSpec { Source = SourceField.FromText(_site.At(file)) }) }, s_user, CancellationToken.None);

    private Task<InferenceService> ServiceAsync(Func<InferenceServiceSpec, InferenceServiceSpec> change) => _api.Client.Of<InferenceService>().ApplyAsync(
        new InferenceService { Metadata = new ObjectMeta { Name = "demo", Namespace = Namespace }, Spec = change(new InferenceServiceSpec { ModelRef = "demo" }) }, s_user, CancellationToken.None);

    /// <summary>A pod of the service whose model is on its way.</summary>
    private async Task FetchingPodAsync()
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "demo-1", Namespace = Namespace, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.Service] = "demo" } },
            Spec = new PodSpec { Containers = [new Container { Name = "llama-server", Image = "x" }] },
        };
        await _api.Client.Of<Pod>().CreateAsync(pod, CancellationToken.None);
        var status = new PodStatus { Phase = "Pending", InitContainerStatuses = [new ContainerStatus { Name = "model-downloader", State = new ContainerState { Running = new ContainerStateRunning() } }] };
        await _api.Client.Of<Pod>().ApplyAsync(new Pod { Metadata = pod.Metadata, Status = status }, s_user with { Subresource = "status" }, CancellationToken.None);
    }

    /// <summary>The same pod, when it has started; and its Deployment, as a controller reports it.</summary>
    private async Task AnsweringPodAsync()
    {
        var metadata = new ObjectMeta { Name = "demo-1", Namespace = Namespace };
        await _api.Client.Of<Pod>().ApplyAsync(
            new Pod { Metadata = metadata with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.DoNotDisrupt] = "true" } }, Spec = new PodSpec { Containers = [new Container { Name = "llama-server", Image = "x" }] } }, s_user, CancellationToken.None);
        var status = new DeploymentStatus { ObservedGeneration = 1000, Replicas = 1, UpdatedReplicas = 1 };
        await _api.Client.Of<Deployment>().ApplyAsync(new Deployment { Metadata = new ObjectMeta { Name = "demo", Namespace = Namespace }, Status = status }, s_user with { Subresource = "status" }, CancellationToken.None);
        var ready = new PodStatus { Phase = "Running", Conditions = [new PodCondition { Type = "Ready", Status = "True" }], ContainerStatuses = [new ContainerStatus { Name = "llama-server", Ready = true }] };
        await _api.Client.Of<Pod>().ApplyAsync(new Pod { Metadata = metadata, Status = ready }, s_user with { Subresource = "status" }, CancellationToken.None);
    }

    /// <summary>Serves until the request was made, and the registration after it.</summary>
    private async Task ServeWebhooksAsync(Permission awaited)
    {
        using var stopping = new CancellationTokenSource();
        var serving = new WebhookKeeper(_client, new WebhookSettings { Port = 0, Namespace = Namespace, ServiceName = "llmkube-webhook" }, TimeProvider.System, NullLoggerFactory.Instance).RunAsync(_ => Task.CompletedTask, stopping.Token);
        await UntilAsync(() => Task.FromResult(Requests.Used.Contains(awaited) && Requests.Used.Contains(new Permission("create", "admissionregistration.k8s.io", "mutatingwebhookconfigurations"))));
        await stopping.CancelAsync();
        await serving;
    }

    private Task UntilAsync(Func<Task<bool>> holds) => Work.UntilAsync(_running, holds);
}
