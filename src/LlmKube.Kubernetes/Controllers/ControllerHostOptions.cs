using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>What a <see cref="ControllerHost"/> stands on.</summary>
public sealed record ControllerHostOptions
{
    /// <summary>The role, as events name it: <c>llmkube-operator</c>.</summary>
    public required string Component { get; init; }

    /// <summary>This process among those of its role: the pod's or the machine's name.</summary>
    public required string Identity { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public required ILoggerFactory Logging { get; init; }

    /// <summary>Null where there is only one process of the role: its workers start without an election.</summary>
    public LeaderElectionOptions? LeaderElection { get; init; }

    /// <summary>Called when the caches are filled, before any election: from then on the process is of use.</summary>
    public Action OnSynced { get; init; } = static () => { };

    public WorkQueueOptions Queue { get; init; } = new();

    /// <summary>Null makes metrics of its own.</summary>
    public RuntimeMetrics? Metrics { get; init; }

    public Random Jitter { get; init; } = Random.Shared;
}
