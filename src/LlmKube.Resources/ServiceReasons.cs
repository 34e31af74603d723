namespace LlmKube.Resources;

/// <summary>Reasons of an InferenceService's conditions, and values of its <c>status.schedulingStatus</c>.</summary>
public static class ServiceReasons
{
    public const string InferenceReady = "InferenceReady";
    public const string ManuallyScaledToZero = "ManuallyScaledToZero";
    public const string Suspended = "Suspended";
    public const string NotSuspended = "NotSuspended";
    public const string NoReadyReplicas = "NoReadyReplicas";

    public const string Creating = "Creating";
    public const string Progressing = "Progressing";
    public const string WaitingForGpu = "WaitingForGPU";
    public const string Pending = "Pending";
    public const string InsufficientGpu = "InsufficientGPU";
    public const string Failed = "Failed";
    public const string InvalidSpec = "InvalidSpec";
    public const string ModelNotFound = "ModelNotFound";
    public const string ModelNotReady = "ModelNotReady";
    public const string NoPlacement = "NoPlacement";
    public const string ClaimNotFound = "ModelCachePVCNotFound";
    public const string ImageMissing = "ImageMissing";
    public const string UnsupportedByCluster = "UnsupportedByCluster";
    public const string AutoscalingUnavailable = "AutoscalingUnavailable";
    public const string ModelFetchFailed = "ModelFetchFailed";
    public const string FetchingModel = "FetchingModel";
    public const string RollingOut = "RollingOut";
    public const string UnsupportedRuntime = "UnsupportedRuntime";

    public const string PodsBusy = "PodsBusy";
    public const string IdleCheckFailed = "IdleCheckFailed";
    public const string IdleCheckUnsupported = "IdleCheckUnsupported";
    public const string PodsCrashLooping = "PodsCrashLooping";
    public const string IdleTimeoutExceeded = "IdleTimeoutExceeded";

    public const string Unschedulable = "Unschedulable";
    public const string UnbindableModelCache = "UnbindableModelCache";
    public const string InsufficientResources = "InsufficientResources";
    public const string InsufficientMemory = "InsufficientMemory";
    public const string MemoryCheckFailed = "MemoryCheckFailed";
    public const string WaitingForMetalAgent = "WaitingForMetalAgent";
    public const string AgentHeartbeatStale = "AgentHeartbeatStale";
}
