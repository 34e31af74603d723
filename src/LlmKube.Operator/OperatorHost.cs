using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Models;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator;

/// <summary>The operator: what it watches, and which reconciler each change brings back.</summary>
public static class OperatorHost
{
    public const string Component = FieldManagers.Operator;
    private const int ModelWorkers = 4;
    private const int ServiceWorkers = 4;

    /// <summary>Runs until cancelled; throws when a part fails or leadership is lost.</summary>
    public static async Task RunAsync(KubernetesClient client, OperatorOptions options, ControllerHostOptions host, CancellationToken cancellationToken)
    {
        using var controllers = new ControllerHost(client, host);
        var report = new StatusReport(client, controllers.Events, host.Time);
        var models = controllers.Cache<Model>()
            .IndexBy(BySecret, SecretsOf);
        var services = controllers.Cache<InferenceService>()
            .IndexBy(ByModel, ModelsOf);

        controllers.For<Model>("model")
            .Follows(controllers.MetadataCache(SecretEntries.Definition), secret => models.ByIndex(BySecret, secret.Key().ToString()).Select(model => model.Key()))
            .With(new ModelReconciler(models, new ModelObserver(options, new RemoteSources(client, options, host.Time)), report, options, host.Time), ModelWorkers);

        controllers.For<InferenceService>("inferenceservice")
            .Owns<Service>(OwnServices)
            .Follows<Model>(model => services.ByIndex(ByModel, model.Key().ToString()).Select(service => service.Key()))
            .Follows<Pod>(ServiceOf, ServiceObserver.ReplicaPods)
            .Follows<EndpointSlice>(ServiceOf, ServiceObserver.ReplicaPods)
            .Follows<Node>(_ => services.List().Select(service => service.Key()), ServiceObserver.AgentNodes)
            .Follows<Lease>(_ => services.List().Where(WaitsForAgent).Select(service => service.Key()), ServiceObserver.NodeLeases)
            .With(
                new ServiceReconciler(
                    new ServiceObserver(controllers, options, host.Time),
                    new AppliedObjects<Service>(client, controllers.Cache<Service>(OwnServices), FieldManagers.Operator),
                    report,
                    options,
                    host.Time),
                ServiceWorkers);

        await controllers.RunAsync(cancellationToken);
    }

    private const string ByModel = "model";
    private const string BySecret = "secret";

    private static LlmKube.Kubernetes.Caching.InformerOptions OwnServices { get; } = new() { LabelSelector = Labels.Service };

    /// <summary>A heartbeat is news only to a service that has no machine yet, or whose machine fell silent.</summary>
    private static bool WaitsForAgent(InferenceService service) =>
        service.Status?.Placement is null || service.Status.SchedulingStatus == ServiceReasons.AgentHeartbeatStale;

    /// <summary>A rotated Secret takes effect at once, and nobody need touch the Model.</summary>
    private static IEnumerable<string> SecretsOf(Model model) =>
        SourceMeaning.SecretOf(model) is { } secret ? [new ObjectKey(model.Metadata.Namespace ?? "", secret).ToString()] : [];

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
