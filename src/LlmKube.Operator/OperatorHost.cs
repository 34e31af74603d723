using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Sources;
using LlmKube.Operator.Canaries;
using LlmKube.Operator.KubeAi;
using LlmKube.Operator.Models;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Repositories;
using LlmKube.Operator.Services;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging;

namespace LlmKube.Operator;

/// <summary>The operator: what it watches, and which reconciler each change brings back.</summary>
public static partial class OperatorHost
{
    public const string Component = FieldManagers.Operator;
    private const int ModelWorkers = 4;
    private const int ServiceWorkers = 4;
    private const int RepositoryWorkers = 2;
    private const int KubeAiWorkers = 2;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Runs until cancelled; throws when a part fails or leadership is lost.</summary>
    public static async Task RunAsync(KubernetesClient client, OperatorOptions options, ControllerHostOptions host, CancellationToken cancellationToken)
    {
        while (true)
        {
            // What the API server serves decides what is watched: when that changes, everything is set up anew.
            var capabilities = await DiscoverAsync(client, options, host.Time, cancellationToken);
            using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var controllers = Build(client, options, capabilities, host);
            var watching = options.Pods is null ? Task.CompletedTask : WatchCapabilitiesAsync(client, capabilities, options, host.Time, changed);
            try
            {
                await controllers.RunAsync(changed.Token);
            }
            catch (LeadershipLostException e) when (options.Pods is not null)
            {
                // Every worker has ended: standing for election again is as good as a new process, and sooner.
                LogLeadershipLost(host.Logging.CreateLogger(typeof(OperatorHost)), e.Message);
            }
            finally
            {
                await changed.CancelAsync();
                await Task.WhenAny(watching);
            }

            if (cancellationToken.IsCancellationRequested || options.Pods is null)
            {
                return;
            }
        }
    }

    /// <summary>What is served. An API server that does not answer yet is waited for.</summary>
    private static async Task<Capabilities> DiscoverAsync(KubernetesClient client, OperatorOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await Capabilities.DiscoverAsync(client, cancellationToken);
            }
            catch (Exception e) when (options.Pods is not null && e is HttpRequestException or ApiException { Code: >= 500 })
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "LeadershipLost", Message = "{Why} Standing for election again.")]
    private static partial void LogLeadershipLost(ILogger logger, string why);

    private static async Task WatchCapabilitiesAsync(KubernetesClient client, Capabilities known, OperatorOptions options, TimeProvider time, CancellationTokenSource changed)
    {
        while (!changed.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.DiscoveryInterval, time, changed.Token);
                if (await Capabilities.DiscoverAsync(client, changed.Token) != known)
                {
                    await changed.CancelAsync();
                }
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException)
            {
                // An API server that does not answer is asked again at the next turn.
            }
        }
    }

    private static ControllerHost Build(KubernetesClient client, OperatorOptions options, Capabilities capabilities, ControllerHostOptions host)
    {
        var controllers = new ControllerHost(client, host);
        var report = new StatusReport(client, controllers.Events, host.Time);
        var models = controllers.Cache<Model>()
            .IndexBy(BySecret, SecretsOf)
            .IndexBy(ByClaim, ClaimsOf)
            .IndexBy(ByRepository, RepositoriesOf)
            .IndexBy(CanaryTrials.ByCanaryOf, model => CanaryTrials.TriedBy(model).Select(tried => tried.ToString()));
        var places = FollowRepositories(client, controllers, options, report, host.Time);
        var services = controllers.Cache<InferenceService>()
            .IndexBy(ByModel, ModelsOf);

        var modelController = FollowModels(controllers, models);
        var serviceController = controllers.For<InferenceService>("inferenceservice")
            .Owns<Service>(OwnServices)
            .Follows<Model>(model => services.ByIndex(ByModel, model.Key().ToString()).Select(service => service.Key()))
            .Follows<Pod>(ServiceOf, ServiceObserver.ReplicaPods)
            .Follows<Lease>(_ => services.List().Where(WaitsForAgent).Select(service => service.Key()), ServiceObserver.NodeLeases);

        PodObjects? pods = null;
        PrefetchJobs? prefetch = null;
        Func<ObjectKey, PersistentVolumeClaim?>? findClaim = null;
        Func<string, string, StoredModelNote?>? findNote = null;
        if (options.Pods is { } settings)
        {
            pods = new PodObjects(client, controllers, capabilities);
            prefetch = new PrefetchJobs(client, controllers, settings);
            var claims = controllers.Cache<PersistentVolumeClaim>().IndexBy(ByStored, StoredOf);
            findClaim = claims.Find;
            findNote = (ns, key) => claims.ByIndex(ByStored, $"{ns}/{key}").Select(claim => StoredModelNote.Find(claim.Metadata.Annotations, key)).FirstOrDefault(note => note is not null);
            FollowCluster(controllers, capabilities, modelController, serviceController);
            ServeKubeAi(client, controllers, options, capabilities);
        }
        else
        {
            serviceController
                .Follows<EndpointSlice>(ServiceOf, ServiceObserver.ReplicaPods)
                .Follows<Node>(_ => services.List().Select(service => service.Key()), ServiceObserver.AgentNodes);
        }

        var versions = new VersionResolver(client, places, options, host.Time);
        var canaries = new CanaryTrials(client, models, services, ByModel, controllers.Events, host.Time);
        var observer = new ModelObserver(options, new RemoteSources(client, options, host.Time, findNote), findClaim);
        var running = modelController.With(new ModelReconciler(models, versions, canaries, observer, prefetch, report, options, host.Time), ModelWorkers);
        options.Notifications?.ListenWith(changes => LookAgain(changes, controllers.Cache<ModelRepository>(), models, versions, running));
        var idle = options.Pods is null ? null : new IdleProbe();
        serviceController.With(
            new ServiceReconciler(
                new ServiceObserver(controllers, options, capabilities, host.Time),
                new AppliedObjects<Service>(client, controllers.Cache<Service>(OwnServices), FieldManagers.Operator),
                pods,
                options.Pods is null ? null : new FetchLogs(client),
                idle,
                idle is null ? null : new PodCare(client, controllers.Events, idle, capabilities, host.Time),
                report,
                options,
                host.Time),
            ServiceWorkers);
        return controllers;
    }

    /// <summary>What matters to Models: the trials of their new versions, their repositories, and their Secrets.</summary>
    private static ControllerBuilder<Model> FollowModels(ControllerHost controllers, Informer<Model> models) => controllers.For<Model>("model")
        .Follows<Model>(CanaryTrials.TriedBy)
        .Follows<InferenceService>(service => models.Find(new ObjectKey(service.Metadata.Namespace ?? "", service.Spec.ModelRef)) is { } tried ? CanaryTrials.TriedBy(tried) : [])
        .Follows<ModelRepository>(repository => models.ByIndex(ByRepository, repository.Key().ToString()).Select(model => model.Key()))
        .Follows(controllers.MetadataCache(SecretEntries.Definition), secret => models.ByIndex(BySecret, secret.Key().ToString()).Select(model => model.Key()));

    private static RepositoryPlaces FollowRepositories(KubernetesClient client, ControllerHost controllers, OperatorOptions options, StatusReport report, TimeProvider time)
    {
        var repositories = controllers.Cache<ModelRepository>()
            .IndexBy(BySecret, SecretsOf)
            .IndexBy(ByClaim, repository => repository.Spec.ClaimName is { Length: > 0 } claim ? [new ObjectKey(repository.Metadata.Namespace ?? "", claim).ToString()] : [])
            .IndexBy(ByReader, repository => [$"{repository.Metadata.Namespace}/{RepositoryReaderObject.NameOf(repository)}"]);
        var readers = options.Pods is { } settings ? new RepositoryReaders(client, controllers, settings) : null;
        var places = new RepositoryPlaces(client, repositories, readers, options, time);
        var controller = controllers.For<ModelRepository>("modelrepository")
            .Follows<PersistentVolumeClaim>(claim => repositories.ByIndex(ByClaim, claim.Key().ToString()).Select(repository => repository.Key()))
            .Follows(controllers.MetadataCache(SecretEntries.Definition), secret => repositories.ByIndex(BySecret, secret.Key().ToString()).Select(repository => repository.Key()));
        if (readers is not null)
        {
            controller
                .Owns<Deployment>(RepositoryReaders.Ours)
                .Follows<Pod>(pod => RepositoryReaders.ReaderOf(pod).SelectMany(reader => repositories.ByIndex(ByReader, reader)).Select(repository => repository.Key()), RepositoryReaders.Ours);
        }

        controller.With(new RepositoryReconciler(repositories, places, readers, report, time), RepositoryWorkers);
        return places;
    }

    /// <summary>Models of KubeAI, where they are to be served and can be.</summary>
    private static void ServeKubeAi(KubernetesClient client, ControllerHost controllers, OperatorOptions options, Capabilities capabilities)
    {
        if (options.ServesKubeAi && capabilities.KubeAi)
        {
            controllers.For<KubeAiModel>("kubeaimodel")
                .Owns<Model>()
                .Owns<InferenceService>()
                .With(new KubeAiReconciler(client, controllers.Cache<KubeAiModel>(), controllers.Cache<Model>(), controllers.Cache<InferenceService>(), controllers.Events, options.BlockedInterval), KubeAiWorkers);
        }
    }

    /// <summary>Models of the repositories and tags that changed are looked at now.</summary>
    private static void LookAgain(IReadOnlyList<ChangedPlace> changes, Informer<ModelRepository> repositories, Informer<Model> models, VersionResolver versions, Controller controller)
    {
        var ofRepositories = repositories.List()
            .Where(repository => changes.Any(change => ChangedPlaces.Concern(repository.Spec, change)))
            .SelectMany(repository => models.ByIndex(ByRepository, repository.Key().ToString()));
        foreach (var model in ofRepositories.Concat(models.List().Where(model => changes.Any(change => VersionResolver.Concerns(model, change)))).Select(model => model.Key()).ToHashSet())
        {
            versions.Forget(model);
            controller.Enqueue(model);
        }
    }

    /// <summary>What matters to Models and services where there are pods.</summary>
    private static void FollowCluster(
        ControllerHost controllers, Capabilities capabilities, ControllerBuilder<Model> modelController, ControllerBuilder<InferenceService> serviceController)
    {
        var models = controllers.Cache<Model>();
        var services = controllers.Cache<InferenceService>();
        var claims = controllers.Cache<PersistentVolumeClaim>();
        modelController
            .Owns<Job>(PrefetchJobs.Ours)
            .Follows(claims, claim => models.ByIndex(ByClaim, claim.Key().ToString()).Concat(WaitingFor(claim, models)).Select(model => model.Key()));
        serviceController
            .Owns<Deployment>(OwnServices)
            .Follows<Node>(node => services.List().Where(service => WaitsForNodes(service) || MayMoveTo(node, service)).Select(service => service.Key()))
            .Follows(claims, claim => services.List().Where(service => service.Metadata.Namespace == claim.Metadata.Namespace && WaitsForClaim(service)).Select(service => service.Key()));
        if (capabilities.Autoscaling)
        {
            serviceController.Owns<HorizontalPodAutoscaler>(OwnServices);
        }

        if (capabilities.AiGateway)
        {
            serviceController.Owns<AiGatewayRoute>(OwnServices);
        }

        if (capabilities.DisruptionBudgets)
        {
            serviceController.Owns<PodDisruptionBudget>(OwnServices);
        }
    }

    private const string ByClaim = "claim";
    private const string ByModel = "model";
    private const string ByStored = "stored";
    private const string BySecret = "secret";
    private const string ByRepository = "repository";
    private const string ByReader = "reader";

    private static InformerOptions OwnServices { get; } = new() { LabelSelector = Labels.Service };

    /// <summary>A heartbeat is news only to a service that has no machine yet, or whose machine fell silent.</summary>
    private static bool WaitsForAgent(InferenceService service) =>
        service.Status?.Placement is null
        || service.Status.SchedulingStatus is ServiceReasons.AgentHeartbeatStale or ServiceReasons.NoPlacement or ServiceReasons.WaitingForMetalAgent;

    /// <summary>A node that comes, or has room again, is news to what waits for one.</summary>
    private static bool WaitsForNodes(InferenceService service) =>
        service.Status?.Placement is null || service.Status.Phase is ServicePhases.WaitingForGpu || service.Status.SchedulingStatus is not null;

    /// <summary>A machine with an agent may be the one that a service selects.</summary>
    private static bool MayMoveTo(Node node, InferenceService service) =>
        service.Spec.NodeSelector is { Count: > 0 } && node.Metadata.Labels?.GetValueOrDefault(Labels.Agent) == "true";

    private static bool WaitsForClaim(InferenceService service) => service.Status?.Conditions.FindReady()?.Reason == ServiceReasons.ClaimNotFound;

    /// <summary>Models that are not ready and that the claim notes as stored.</summary>
    private static IEnumerable<Model> WaitingFor(PersistentVolumeClaim claim, Informer<Model> models) =>
        StoredOf(claim).Any()
            ? models.List().Where(model => model.Metadata.Namespace == claim.Metadata.Namespace && model.Status?.Phase != ModelPhases.Ready)
            : [];

    /// <summary>The namespace and cache key of what the claim notes as stored.</summary>
    private static IEnumerable<string> StoredOf(PersistentVolumeClaim claim) =>
        claim.Metadata.Annotations?.Keys.Where(name => name.StartsWith(StoredModelNote.AnnotationPrefix, StringComparison.Ordinal)).Select(name => $"{claim.Metadata.Namespace}/{name[StoredModelNote.AnnotationPrefix.Length..]}") ?? [];

    private static IEnumerable<string> ClaimsOf(Model model) =>
        (SourceMeaning.Find(model) as SourceParseResult.Parsed)?.Source is ModelSource.Pvc claim ? [new ObjectKey(model.Metadata.Namespace ?? "", claim.ClaimName).ToString()] : [];

    /// <summary>A rotated Secret takes effect at once, and nobody need touch the Model.</summary>
    private static IEnumerable<string> SecretsOf(Model model) =>
        new[] { SourceMeaning.SecretOf(model), model.Spec.Verify?.Keys?.Name }.Where(name => name is { Length: > 0 }).Distinct(StringComparer.Ordinal).Select(secret => new ObjectKey(model.Metadata.Namespace ?? "", secret!).ToString());

    private static IEnumerable<string> SecretsOf(ModelRepository repository) =>
        repository.Spec.SecretRef?.Name is { Length: > 0 } secret ? [new ObjectKey(repository.Metadata.Namespace ?? "", secret).ToString()] : [];

    private static IEnumerable<string> RepositoriesOf(Model model) =>
        (SourceMeaning.Find(model.Spec.Source) as SourceParseResult.Parsed)?.Source is ModelSource.Repository source ? [new ObjectKey(model.Metadata.Namespace ?? "", source.Name).ToString()] : [];

    private static IEnumerable<string> ModelsOf(InferenceService service)
    {
        var ns = service.Metadata.Namespace ?? "";
        yield return new ObjectKey(ns, service.Spec.ModelRef).ToString();
        if (service.Spec.SpeculativeDecoding?.DraftModelRef is { Length: > 0 } draft)
        {
            yield return new ObjectKey(ns, draft).ToString();
        }
    }

    private static IEnumerable<ObjectKey> ServiceOf(IResource child) =>
        child.Metadata.Labels is { } labels && labels.TryGetValue(Labels.Service, out var service)
            ? [new ObjectKey(child.Metadata.Namespace ?? "", service)]
            : [];
}
