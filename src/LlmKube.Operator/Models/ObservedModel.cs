using LlmKube.Operator.Repositories;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Everything that the decision about a Model needs.</summary>
internal sealed record ObservedModel(Model Model, string? CacheKey, ModelFile File)
{
    /// <summary>The version that is served, of a Model of a repository.</summary>
    public ResolvedModel? Resolved { get; init; }

    /// <summary>Whether it is a model of a repository whose version cannot be told now.</summary>
    public bool IsUnresolved { get; init; }

    /// <summary>How the trial of a new version goes, or how the last one ended; null where there is none.</summary>
    public CanaryStatus? Canary { get; init; }

    /// <summary>How the fetching ahead goes; null where none is asked for.</summary>
    public PrefetchState? Prefetch { get; init; }
}

/// <summary>How the Job that fetches a Model ahead goes.</summary>
internal sealed record PrefetchState(string Job)
{
    public bool IsComplete { get; init; }

    /// <summary>How far it is; null while that cannot be told.</summary>
    public FetchStatus? Fetch { get; init; }

    /// <summary>Why it was given up.</summary>
    public string? Failure { get; init; }

    public bool IsRunning => !IsComplete && Failure is null;
}
