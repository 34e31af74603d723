using System.Collections.Immutable;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Router.Routing;

/// <summary>Whether a model can answer now: the replicas that can, or the reason that none can.</summary>
internal abstract record TargetState
{
    private TargetState()
    {
    }

    /// <summary>At least one replica answers.</summary>
    internal sealed record Ready(ImmutableArray<BackendEndpoint> Endpoints) : TargetState;

    /// <summary>No replica answers; <paramref name="Reason"/> is a sentence for the person who asked.</summary>
    internal sealed record NoneReady(string Reason) : TargetState;
}

/// <summary>One InferenceService as requests see it: its name, the Service behind it, and what can answer.</summary>
internal sealed record ModelTarget(ObjectKey Model, string Service, TargetState State)
{
    /// <summary>The <c>model</c> value that the engine insists on; null where it takes any and the request stays as it is.</summary>
    public string? ServedName { get; init; }

    public DateTimeOffset? Created { get; init; }

    /// <summary>A service that is tried beside this one, and can answer; null where there is none.</summary>
    public Canary? Canary { get; init; }
}

/// <summary>A service that takes a part of another's requests.</summary>
/// <param name="Target">The service.</param>
/// <param name="Endpoints">Its replicas that can answer.</param>
/// <param name="Weight">Requests of a hundred that are its.</param>
internal sealed record Canary(ModelTarget Target, ImmutableArray<BackendEndpoint> Endpoints, int Weight);
