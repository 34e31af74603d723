using System.Globalization;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>Gathers what a cluster shows of a service from the caches; nothing is asked of the API server.</summary>
internal sealed class ClusterObserver
{
    private const string ByNamespace = "namespace";

    private readonly PodSettings _settings;
    private readonly Capabilities _capabilities;
    private readonly Informer<InferenceService> _services;
    private readonly Informer<Model> _models;
    private readonly Informer<Pod> _pods;
    private readonly Informer<Node> _nodes;
    private readonly Informer<Deployment> _deployments;
    private readonly Informer<PersistentVolumeClaim> _claims;
    private readonly Informer<AiGatewayRoute>? _routes;

    public ClusterObserver(
        ControllerHost host, PodSettings settings, Capabilities capabilities, Informer<InferenceService> services, Informer<Model> models, Informer<Pod> pods)
    {
        (_settings, _capabilities, _services, _models, _pods) = (settings, capabilities, services, models, pods);
        _nodes = host.Cache<Node>();
        _deployments = host.Cache<Deployment>(new InformerOptions { LabelSelector = Labels.Service });
        _routes = capabilities.AiGateway ? host.Cache<AiGatewayRoute>(new InformerOptions { LabelSelector = Labels.Service }) : null;
        _claims = host.Cache<PersistentVolumeClaim>().IndexBy(ByNamespace, claim => [claim.Metadata.Namespace ?? ""]);
    }

    public ObservedCluster Observe(InferenceService service, Model? model)
    {
        var gpu = model is null ? null : GpuRequest.Of(service.Spec, model.Spec);
        return new ObservedCluster(_settings, _capabilities)
        {
            Deployment = _deployments.Find(service.Key()) is { } live && live.FindController()?.Uid == service.Metadata.Uid ? live : null,
            Route = _routes?.Find(new ObjectKey(service.Metadata.Namespace ?? "", ServiceNames.ServiceOf(service.Metadata.Name ?? ""))),
            Claims = _claims.ByIndex(ByNamespace, service.Metadata.Namespace ?? "").ToDictionary(claim => claim.Metadata.Name ?? "", claim => claim.Status?.Phase ?? "Pending", StringComparer.Ordinal),
            Gpus = gpu is { Count: > 0 } ? StockOf(gpu.ResourceName) : new GpuStock(0, 0),
            QueuePosition = gpu is { Count: > 0 } ? PositionOf(service, gpu.ResourceName) : 0,
        };
    }

    private GpuStock StockOf(string resource) => new(
        _nodes.List().Where(node => node.Spec?.Unschedulable != true).Sum(node => Number(node.Status?.Allocatable, resource)),
        _pods.List().Where(pod => pod.Spec?.NodeName is { Length: > 0 } && pod.Status?.Phase is not ("Succeeded" or "Failed"))
            .Sum(pod => (pod.Spec?.Containers ?? []).Sum(container => Number(container.Resources?.Limits, resource))));

    /// <summary>The place among the services that wait for the same resource: the more urgent first, then the older.</summary>
    private int PositionOf(InferenceService service, string resource) => 1 + _services.List().Count(other =>
        other.Key() != service.Key()
        && other.Status?.Phase == ServicePhases.WaitingForGpu
        && _models.Find(new ObjectKey(other.Metadata.Namespace ?? "", other.Spec.ModelRef)) is { } model
        && GpuRequest.Of(other.Spec, model.Spec).ResourceName == resource
        && Rank(other).CompareTo(Rank(service)) < 0);

    private static (int Urgency, DateTimeOffset Since, string Namespace, string Name) Rank(InferenceService service) =>
        (-Priority.WeightOf(service.Spec.Priority), service.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, service.Metadata.Namespace ?? "", service.Metadata.Name ?? "");

    private static int Number(IReadOnlyDictionary<string, string>? quantities, string name) =>
        quantities?.TryGetValue(name, out var text) == true && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
