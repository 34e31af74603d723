using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Services;

/// <summary>Gathers everything about a service from the caches; nothing is asked of the API server.</summary>
internal sealed class ServiceObserver
{
    public const string NodeLeaseNamespace = "kube-node-lease";
    private const string ByService = "service";

    private readonly Informer<InferenceService> _services;
    private readonly Informer<Model> _models;
    private readonly Informer<Pod> _pods;
    private readonly Informer<EndpointSlice>? _slices;
    private readonly ClusterObserver? _cluster;
    private readonly Informer<Node> _nodes;
    private readonly Informer<Lease> _leases;
    private readonly OperatorOptions _options;
    private readonly TimeProvider _time;

    public ServiceObserver(ControllerHost host, OperatorOptions options, Capabilities capabilities, TimeProvider time)
    {
        _services = host.Cache<InferenceService>();
        _models = host.Cache<Model>();
        _pods = host.Cache<Pod>(ReplicaPods).IndexBy(ByService, pod => KeyOf(pod, Labels.Service));
        if (options.Pods is { } settings)
        {
            _cluster = new ClusterObserver(host, settings, capabilities, _services, _models, _pods);
            _nodes = host.Cache<Node>();
        }
        else
        {
            _slices = host.Cache<EndpointSlice>(ReplicaPods).IndexBy(ByService, slice => KeyOf(slice, Labels.Service));
            _nodes = host.Cache<Node>(AgentNodes);
        }

        _leases = host.Cache<Lease>(NodeLeases);
        _options = options;
        _time = time;
    }

    public static InformerOptions ReplicaPods { get; } = new() { LabelSelector = Labels.Service };

    public static InformerOptions AgentNodes { get; } = new() { LabelSelector = $"{Labels.Agent}=true" };

    public static InformerOptions NodeLeases { get; } = new() { Namespace = NodeLeaseNamespace };

    /// <summary>Null when the service is gone or going: its children are collected by owner.</summary>
    public ObservedService? Observe(ObjectKey key)
    {
        if (_services.Find(key) is not { } service || service.IsBeingDeleted())
        {
            return null;
        }

        var model = _models.Find(new ObjectKey(key.Namespace, service.Spec.ModelRef));
        var replicas = ReplicaReports.From(_pods.ByIndex(ByService, key.ToString()));
        var draft = service.Spec.SpeculativeDecoding?.DraftModelRef is { Length: > 0 } name ? _models.Find(new ObjectKey(key.Namespace, name)) : null;
        return new ObservedService
        {
            Service = service,
            Model = model,
            DraftModel = draft,
            Findings = model is null
                ? InferenceServiceValidation.Validate(service)
                : InferenceServiceValidation.Validate(service, model, hasSharedGpuPool: _options.Pods?.SharedGpuNodes.Count > 0),
            Agents = [.. _nodes.List().Where(node => node.Metadata.Labels?.GetValueOrDefault(Labels.Agent) == "true").Select(AgentOf)],
            Replicas = replicas,
            Cluster = _cluster?.Observe(service, model),
            ReadyEndpoints = _slices is null ? ReplicaReports.CountReady(replicas) : ReplicaReports.CountReady(_slices.ByIndex(ByService, key.ToString())),
        };
    }

    private AgentNode AgentOf(Node node)
    {
        var name = node.Metadata.Name ?? "";
        var renewed = _leases.Find(new ObjectKey(NodeLeaseNamespace, name))?.Spec?.RenewTime;
        return new AgentNode(
            name,
            IsAlive: renewed is { } at && _time.GetUtcNow() - at < _options.AgentTimeout,
            node.Metadata.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private static IEnumerable<string> KeyOf(IResource resource, string label) =>
        resource.Metadata.Labels is { } labels && labels.TryGetValue(label, out var service)
            ? [new ObjectKey(resource.Metadata.Namespace ?? "", service).ToString()]
            : [];
}
