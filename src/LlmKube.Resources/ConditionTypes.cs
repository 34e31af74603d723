namespace LlmKube.Resources;

/// <summary>Types of the conditions on Models and InferenceServices.</summary>
public static class ConditionTypes
{
    /// <summary>The one to wait for: everything that was asked for is there.</summary>
    public const string Ready = "Ready";

    /// <summary>kstatus: work is going on towards what is wanted.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>kstatus: nothing moves until a person does something.</summary>
    public const string Stalled = "Stalled";

    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string Degraded = "Degraded";

    /// <summary>Of a Model: the source offers something else than what is held.</summary>
    public const string SourceDrifted = "SourceDrifted";

    /// <summary>Of a Model that asks for a signature: whether it has one of a key that is trusted.</summary>
    public const string SignatureVerified = "SignatureVerified";

    /// <summary>Whether the cluster can change the number of replicas with the load.</summary>
    public const string AutoscalingReady = "AutoscalingReady";

    public const string GpuAvailable = "GPUAvailable";
    public const string Suspended = "Suspended";
    public const string RolloutDeferred = "RolloutDeferred";
    public const string VllmSpecValid = "VLLMSpecValid";
    public const string SglangSpecValid = "SGLangSpecValid";
    public const string DriverCompatible = "DriverCompatible";
    public const string ModelTransferHealthy = "ModelTransferHealthy";
    public const string SloReady = "SLOReady";
    public const string SloDataSourceAvailable = "SLODataSourceAvailable";
    public const string GatewayReady = "GatewayReady";
    public const string MemoryPressure = "MemoryPressure";
}
