using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>What the operator knows of a service.</summary>
public sealed record InferenceServiceStatus
{
    /// <summary>Where the service stands, in one word.</summary>
    [OneOf(
        ServicePhases.Pending, ServicePhases.Creating, ServicePhases.Progressing, ServicePhases.Ready,
        ServicePhases.WaitingForGpu, ServicePhases.Stopped, ServicePhases.Suspended, ServicePhases.Failed)]
    public string? Phase { get; init; }

    /// <summary>What the service is for, as declared or as guessed from its arguments and path.</summary>
    public string? Mode { get; init; }

    /// <summary>Replicas that answer requests.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Replicas that are wanted now.</summary>
    public int? DesiredReplicas { get; init; }

    /// <summary>Replicas as the scale subresource reports them.</summary>
    public int? Replicas { get; init; }

    /// <summary>Label selector of the replicas' pods, as text, for autoscalers.</summary>
    public string? Selector { get; init; }

    /// <summary>URL of the service, with its path.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether the Model is ready to be served.</summary>
    public bool? ModelReady { get; init; }

    /// <summary>How far the model's files are on their way; absent when they are there.</summary>
    [Atomic]
    public FetchStatus? Fetch { get; init; }

    /// <summary>What each router counted, of a service that is tried beside another.</summary>
    [ListMapKeys("router")]
    public IReadOnlyList<TrafficStatus>? Traffic { get; init; }

    /// <summary>When this status last changed.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>Why no replica is scheduled, in one word.</summary>
    public string? SchedulingStatus { get; init; }

    /// <summary>Why no replica is scheduled, in a sentence.</summary>
    public string? SchedulingMessage { get; init; }

    /// <summary>Place among the services that wait for a GPU, from 1; 0 when not waiting.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>What the service waits for, as resource and amount.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>Weight of the service's priority.</summary>
    public int? EffectivePriority { get; init; }

    /// <summary>What the runtime really computes on.</summary>
    [Atomic]
    public AccelerationStatus? Acceleration { get; init; }

    /// <summary>How the service is published through a gateway.</summary>
    [Atomic]
    public GatewayStatus? Gateway { get; init; }

    /// <summary>Where the replicas run and why there.</summary>
    [Atomic]
    public PlacementStatus? Placement { get; init; }

    /// <summary>The spec's generation that this status describes.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Facts about the service, each with its reason.</summary>
    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>What a runtime really computes on.</summary>
public sealed record AccelerationStatus
{
    /// <summary>Name of the device.</summary>
    public string? Device { get; init; }

    /// <summary>Layers that the device holds.</summary>
    public int? LayersOffloaded { get; init; }

    /// <summary>Layers of the model.</summary>
    public int? LayersTotal { get; init; }
}

/// <summary>How a service is published through a gateway.</summary>
public sealed record GatewayStatus
{
    /// <summary>Whether the gateway accepted the route.</summary>
    public bool? RouteReady { get; init; }

    /// <summary>Model name by which the gateway routes.</summary>
    public string? ModelName { get; init; }

    /// <summary>URL at the gateway.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether the gateway asks clients who they are.</summary>
    public bool? AuthEnabled { get; init; }
}

/// <summary>Where a service's replicas run.</summary>
public sealed record PlacementStatus
{
    /// <summary>Processes on a machine with an agent (Host), or pods in the cluster (Pods).</summary>
    [OneOf(PlacementTypes.Host, PlacementTypes.Pods)]
    public string? Type { get; init; }

    /// <summary>Node that stands for the agent's machine; empty for pods.</summary>
    public string? NodeName { get; init; }

    /// <summary>Why this place was chosen, or why there is none.</summary>
    public string? Reason { get; init; }
}
