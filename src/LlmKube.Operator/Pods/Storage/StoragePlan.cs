using System.Text.Json;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>How a model's bytes reach a pod.</summary>
internal sealed record StoragePlan
{
    /// <summary>What the runtime opens; empty where it gets nothing.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The multimodal projector, where the model has one.</summary>
    public string? ProjectorPath { get; init; }

    /// <summary>The draft model, where speculative decoding has one.</summary>
    public string? DraftPath { get; init; }

    public IReadOnlyList<JsonElement> Volumes { get; init; } = [];

    /// <summary>What the runtime's container mounts.</summary>
    public IReadOnlyList<JsonElement> Mounts { get; init; } = [];

    public IReadOnlyList<Container> InitContainers { get; init; } = [];

    /// <summary>Secrets with users of registries that the node needs for it.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    /// <summary>Claims that must be there for it.</summary>
    public IReadOnlyList<CacheClaim> Claims { get; init; } = [];

    /// <summary>Why it is this way, for people.</summary>
    public required string Message { get; init; }
}

/// <summary>A claim that a pod mounts. One that is <paramref name="Made"/> is created where it is missing; any other is its user's.</summary>
/// <param name="Name">Name of the PersistentVolumeClaim.</param>
/// <param name="Made">Whether this operator creates it.</param>
/// <param name="OwnedByService">Whether it goes with the service.</param>
/// <param name="AccessMode">Access mode, where it is created.</param>
internal sealed record CacheClaim(string Name, bool Made, bool OwnedByService, string AccessMode);

/// <summary>A plan, or why there is none.</summary>
internal abstract record StorageDecision
{
    private StorageDecision()
    {
    }

    internal sealed record Planned(StoragePlan Plan) : StorageDecision;

    /// <summary>A person must act.</summary>
    internal sealed record Refused(string Reason, string Message) : StorageDecision;
}
