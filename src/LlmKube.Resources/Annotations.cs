namespace LlmKube.Resources;

/// <summary>Annotation keys that this project reads or writes.</summary>
public static class Annotations
{
    /// <summary>Path that answers with success while a generic runtime is idle.</summary>
    public const string IdleEndpoint = "inference.llmkube.dev/idle-endpoint";

    /// <summary>Hash of the pod template that is wanted, on a Deployment whose rollout waits.</summary>
    public const string DesiredTemplateHash = "llmkube.ai/desired-template-hash";

    /// <summary>When the agent behind an EndpointSlice last said that it lives, in RFC 3339.</summary>
    public const string AgentHeartbeat = "llmkube.ai/agent-heartbeat";

    /// <summary>How far the fetching of a Pod's model is, as JSON of <see cref="V1Alpha1.FetchStatus"/>.</summary>
    public const string FetchProgress = "inference.llmkube.dev/fetch-progress";

    /// <summary>The revision of the model that a pod was started for, where a new one shall replace it.</summary>
    public const string ModelRevision = "inference.llmkube.dev/model-revision";

    /// <summary>The version of a repository's model that is served whatever its tag says, on a Model.</summary>
    public const string PinnedVersion = "inference.llmkube.dev/pinned-version";

    /// <summary>The version of a repository's model that needs no trial, or no more of one, on a Model.</summary>
    public const string PromotedVersion = "inference.llmkube.dev/promoted-version";

    /// <summary>What is tried: on an InferenceService the one whose requests it shares, on a Model the one whose new version it is.</summary>
    public const string CanaryOf = "inference.llmkube.dev/canary-of";

    /// <summary>Requests of a hundred that an InferenceService takes from the one that it is tried beside.</summary>
    public const string CanaryWeight = "inference.llmkube.dev/canary-weight";

    public const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
}
