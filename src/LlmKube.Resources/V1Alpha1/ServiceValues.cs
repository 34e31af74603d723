namespace LlmKube.Resources.V1Alpha1;

/// <summary>Values of an InferenceService's <c>status.phase</c>.</summary>
public static class ServicePhases
{
    public const string Pending = "Pending";
    public const string Creating = "Creating";
    public const string Progressing = "Progressing";
    public const string Ready = "Ready";
    public const string WaitingForGpu = "WaitingForGPU";
    public const string Stopped = "Stopped";
    public const string Suspended = "Suspended";
    public const string Failed = "Failed";
}

/// <summary>Values of <c>spec.runtime</c>.</summary>
public static class RuntimeNames
{
    public const string LlamaCpp = "llamacpp";
    public const string LlamaCppRouter = "llamacpp-router";
    public const string PersonaPlex = "personaplex";
    public const string Vllm = "vllm";
    public const string Tgi = "tgi";
    public const string Sglang = "sglang";
    public const string Generic = "generic";
}

/// <summary>Values of <c>spec.mode</c>.</summary>
public static class ServingModes
{
    public const string Chat = "chat";
    public const string Embedding = "embedding";
    public const string Rerank = "rerank";
}

/// <summary>Values of <c>spec.priority</c>.</summary>
public static class Priorities
{
    public const string Critical = "critical";
    public const string High = "high";
    public const string Normal = "normal";
    public const string Low = "low";
    public const string Batch = "batch";
}

/// <summary>Values of <c>spec.resources.gpuSharing.mode</c>.</summary>
public static class GpuSharingModes
{
    public const string Exclusive = "exclusive";
    public const string Shared = "shared";
    public const string Partitioned = "partitioned";
}

/// <summary>Values of <c>spec.endpoint.type</c>.</summary>
public static class ServiceTypes
{
    public const string ClusterIp = "ClusterIP";
    public const string NodePort = "NodePort";
    public const string LoadBalancer = "LoadBalancer";
}

/// <summary>Values of <c>spec.autoscaling.metrics[].type</c>.</summary>
public static class AutoscalingMetricTypes
{
    public const string Pods = "Pods";
    public const string Resource = "Resource";
}

/// <summary>Values of <c>spec.modelCache.persistence</c>.</summary>
public static class CachePersistences
{
    public const string Cached = "Cached";
    public const string Ephemeral = "Ephemeral";
}

/// <summary>Values of <c>spec.slo.indicator</c>.</summary>
public static class SloIndicators
{
    public const string Availability = "availability";
    public const string Latency = "latency";
}

/// <summary>Values of <c>status.placement.type</c>.</summary>
public static class PlacementTypes
{
    public const string Host = "Host";
    public const string Pods = "Pods";
}
