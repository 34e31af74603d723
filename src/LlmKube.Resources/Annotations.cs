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

    public const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
}
