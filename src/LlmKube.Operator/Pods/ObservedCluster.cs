using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;

namespace LlmKube.Operator.Pods;

/// <summary>What a cluster shows of one service, beside its pods.</summary>
internal sealed record ObservedCluster(PodSettings Settings, Capabilities Capabilities)
{
    public Deployment? Deployment { get; init; }

    /// <summary>Whether KEDA scales, and not Kubernetes alone.</summary>
    public bool UsesKeda => Capabilities.Keda && !string.IsNullOrEmpty(Settings.PrometheusAddress);

    /// <summary>Whether anything changes the number of replicas with the load.</summary>
    public bool Scales => Capabilities.Autoscaling || UsesKeda;

    /// <summary>The route by which a gateway has the service; null for none.</summary>
    public AiGatewayRoute? Route { get; init; }

    /// <summary>What the gateway says of taking the route; null while it says nothing.</summary>
    public Condition? Accepted => Route?.Status?.Conditions.FindCondition("Accepted");

    /// <summary>The phases of the claims of the service's namespace, by name.</summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public GpuStock Gpus { get; init; } = new(0, 0);

    /// <summary>Services that wait for GPUs and come before this one, and this one.</summary>
    public int QueuePosition { get; init; }

    /// <summary>Replicas that an autoscaler asks for, where there is one.</summary>
    public int? ScaledReplicas => Deployment?.Spec?.Replicas;
}

/// <summary>GPUs of the kind that a service asks for.</summary>
/// <param name="Total">What all nodes offer.</param>
/// <param name="Held">What pods of services hold.</param>
internal sealed record GpuStock(int Total, int Held)
{
    /// <summary>What is free at most: pods of others are not seen.</summary>
    public int Free => Math.Max(0, Total - Held);
}
