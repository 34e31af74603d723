using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>What is served, by what, and how. This part: what, how many, and where it can be reached.</summary>
public sealed partial record InferenceServiceSpec
{
    /// <summary>Name of the Model in the same namespace.</summary>
    [Required]
    public string ModelRef { get => field ?? ""; init; }

    /// <summary>Program that serves the model.</summary>
    [Default(RuntimeNames.LlamaCpp)]
    [OneOf(
        RuntimeNames.LlamaCpp, RuntimeNames.LlamaCppRouter, RuntimeNames.PersonaPlex, RuntimeNames.Vllm,
        RuntimeNames.Tgi, RuntimeNames.Sglang, RuntimeNames.Generic)]
    public string? Runtime { get; init; }

    /// <summary>What the service is for. Set, it also sets the runtime's flags; unset, it is guessed for the status alone.</summary>
    [OneOf(ServingModes.Chat, ServingModes.Embedding, ServingModes.Rerank)]
    public string? Mode { get; init; }

    /// <summary>How many copies serve at once. 0 stops the service.</summary>
    [Default(1)]
    [Minimum(0)]
    [Maximum(10)]
    public int? Replicas { get; init; }

    /// <summary>Stop serving but remember the number of replicas.</summary>
    [Default(false)]
    public bool? Suspend { get; init; }

    /// <summary>Old revisions that the Deployment keeps for a rollback.</summary>
    [Minimum(0)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Container image of the runtime in place of the operator's choice.</summary>
    public string? Image { get; init; }

    /// <summary>CPU, memory and GPUs of each replica.</summary>
    public ServiceResources? Resources { get; init; }

    /// <summary>Change the number of replicas with the load.</summary>
    public AutoscalingSpec? Autoscaling { get; init; }

    /// <summary>How clients reach the service.</summary>
    public EndpointSpec? Endpoint { get; init; }

    /// <summary>Port that the runtime listens on inside its pod. Without it: the endpoint's port.</summary>
    [Minimum(1)]
    [Maximum(65535)]
    public int? ContainerPort { get; init; }

    /// <summary>Address that the runtime binds to. Without it: all addresses.</summary>
    public string? BindAddress { get; init; }

    /// <summary>Command in place of the image's own entry point.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>All arguments of the generic runtime; the other runtimes make their own.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Arguments after those that the operator makes, so that a value given here wins.</summary>
    public IReadOnlyList<string>? ExtraArgs { get; init; }

    /// <summary>How urgent the service is when GPUs are short.</summary>
    [Default(Priorities.Normal)]
    [OneOf(Priorities.Critical, Priorities.High, Priorities.Normal, Priorities.Low, Priorities.Batch)]
    public string? Priority { get; init; }

    /// <summary>PriorityClass of the pods in place of the one that stands for the priority.</summary>
    public string? PriorityClassName { get; init; }

    /// <summary>Never evict this service when its agent's machine runs out of memory.</summary>
    public bool? EvictionProtection { get; init; }

    /// <summary>Where the fetched model is kept.</summary>
    public ModelCacheSpec? ModelCache { get; init; }

    /// <summary>Start the runtime without fetching the model first, because the runtime fetches by itself or the image holds it.</summary>
    public bool? SkipModelInit { get; init; }

    /// <summary>What a rollout waits for.</summary>
    public RolloutPolicySpec? RolloutPolicy { get; init; }

    /// <summary>Whether nodes may be emptied while the service runs on them.</summary>
    public DisruptionSpec? Disruption { get; init; }

    /// <summary>Replace each pod once it is this old, one at a time and when idle.</summary>
    [Minimum(1)]
    public long? MaxPodLifetimeSeconds { get; init; }

    /// <summary>How long such a replacement waits for the pod to be idle.</summary>
    [Minimum(0)]
    public long? MaxPodLifetimeIdleTimeoutSeconds { get; init; }

    /// <summary>Service level objective, from which recording rules and alerts are made.</summary>
    public SloSpec? Slo { get; init; }
}
