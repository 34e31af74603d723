using LlmKube.Agent.Engines;
using LlmKube.Agent.Memory;
using LlmKube.Agent.Models;
using LlmKube.Agent.Nodes;
using LlmKube.Agent.Processes;
using LlmKube.Agent.Replicas;
using LlmKube.Agent.Reports;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging;

namespace LlmKube.Agent;

/// <summary>The agent: the machine's Node and heartbeat, the processes of the services placed here, and their logs.</summary>
public static partial class AgentHost
{
    private const int Workers = 4;
    private static readonly TimeSpan s_rotationInterval = TimeSpan.FromSeconds(30);
    private static readonly InformerOptions s_replicaObjects = new() { LabelSelector = Labels.Service };

    /// <summary>Runs until cancelled; then ends the processes, unless they are to be kept.</summary>
    public static async Task RunAsync(KubernetesClient client, AgentOptions options, ControllerHostOptions host, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(AgentLogs.FolderOf(options.Home));
        using var handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15) };
        using var http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var registry = new ReplicaRegistry(options, new EngineProbe(http, options.Address), host.Time);
        var logger = host.Logging.CreateLogger(typeof(AgentHost).FullName!);
        if (registry.AdoptAll() is > 0 and var adopted)
        {
            LogAdopted(logger, adopted);
        }

        using var controllers = new ControllerHost(client, host);
        var services = controllers.Cache<InferenceService>();
        var models = controllers.Cache<Model>();
        var pods = controllers.Cache<Pod>(s_replicaObjects);
        var slices = controllers.Cache<EndpointSlice>(s_replicaObjects);
        using var background = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var supply = new ModelSupply(client, options, host.Time, background.Token);
        var reconciler = new AgentReconciler(
            services, models, pods, registry, supply, new ReplicaTemplates(client, options), new ReplicaReporter(client, pods, slices, options, host.Time), new MemoryNeeds(), new EngineFlagsReader(host.Time), options, host.Time);
        var controller = controllers.For<InferenceService>("agent")
            .When(change => change.Old?.Metadata.Generation != change.New?.Metadata.Generation || change.Old?.Status?.Placement != change.New?.Status?.Placement || change.New?.IsBeingDeleted() == true)
            .Follows<Model>(model => services.List().Where(service => Uses(service, model)).Select(service => service.Key()))
            .Follows<Pod>(ServiceOf, s_replicaObjects)
            .Follows<EndpointSlice>(ServiceOf, s_replicaObjects)
            .With(reconciler, Workers);
        registry.Changed = controller.Enqueue;
        supply.Changed = key =>
        {
            foreach (var service in services.List().Where(service => models.Find(key) is { } model && Uses(service, model)))
            {
                controller.Enqueue(service.Key());
            }
        };
        controllers.For<Model>("agent-prefetch").With(new PrefetchReconciler(models, supply), 1);
        foreach (var service in registry.Services)
        {
            controller.Enqueue(service);
        }

        var heartbeat = new NodeRegistration(client, options, host.Time, logger).RunAsync(background.Token);
        var rotation = RotateAsync(options, host.Time, background.Token);
        try
        {
            await controllers.RunAsync(cancellationToken);
        }
        finally
        {
            registry.Changed = static _ => { };
            await reconciler.StopAsync();
            await background.CancelAsync();
            await Task.WhenAll(heartbeat, rotation);
        }
    }

    private static bool Uses(InferenceService service, Model model) =>
        service.Metadata.Namespace == model.Metadata.Namespace
        && (service.Spec.ModelRef == model.Metadata.Name || service.Spec.SpeculativeDecoding?.DraftModelRef == model.Metadata.Name);

    private static IEnumerable<ObjectKey> ServiceOf(IResource child) =>
        child.Metadata.Labels is { } labels && labels.TryGetValue(Labels.Service, out var service)
            ? [new ObjectKey(child.Metadata.Namespace ?? "", service)]
            : [];

    private static async Task RotateAsync(AgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_rotationInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var log in Directory.GetFiles(AgentLogs.FolderOf(options.Home), "*.log"))
                {
                    RotatingLog.RotateIfLarge(log);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "Adopted", Message = "Took over {Count} model servers that were still running")]
    private static partial void LogAdopted(ILogger logger, int count);
}
