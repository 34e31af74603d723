using System.Diagnostics.CodeAnalysis;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources;

/// <summary>The values in effect: what is declared, or what stands in for it. The API server fills in most of them, but not for every writer.</summary>
public static class Defaults
{
    public const int EndpointPort = 8080;
    public const string EndpointPath = "/v1/chat/completions";

    public static string RuntimeOf(InferenceServiceSpec spec) => Or(spec.Runtime, RuntimeNames.LlamaCpp);

    public static int ReplicasOf(InferenceServiceSpec spec) => spec.Replicas ?? 1;

    /// <summary>Replicas wanted now: none while suspended.</summary>
    public static int DesiredReplicasOf(InferenceServiceSpec spec) => spec.Suspend == true ? 0 : ReplicasOf(spec);

    public static string PriorityOf(InferenceServiceSpec spec) => Or(spec.Priority, Priorities.Normal);

    /// <summary>Port of the Service.</summary>
    public static int ServicePortOf(InferenceServiceSpec spec) => spec.Endpoint?.Port ?? EndpointPort;

    /// <summary>
    /// Port that the runtime listens on, and so the target of the Service: the two are one value,
    /// because a Service that points beside its runtime reaches nothing.
    /// </summary>
    public static int RuntimePortOf(InferenceServiceSpec spec) => spec.ContainerPort ?? spec.Endpoint?.Port ?? PortOf(RuntimeOf(spec));

    public static string EndpointPathOf(InferenceServiceSpec spec) => Or(spec.Endpoint?.Path, EndpointPath);

    public static string ServiceTypeOf(InferenceServiceSpec spec) => Or(spec.Endpoint?.Type, ServiceTypes.ClusterIp);

    public static string GpuSharingOf(InferenceServiceSpec spec) => Or(spec.Resources?.GpuSharing?.Mode, GpuSharingModes.Exclusive);

    /// <summary>Memory requested by each replica, as a quantity; null when none is.</summary>
    public static string? MemoryOf(InferenceServiceSpec spec) => Or(spec.Resources?.HostMemory, Or(spec.Resources?.Memory, null));

    public static string FormatOf(ModelSpec spec) => Or(spec.Format, ModelFormats.Gguf);

    public static string RefreshPolicyOf(ModelSpec spec) => Or(spec.RefreshPolicy, RefreshPolicies.IfNotPresent);

    /// <summary>The accelerator; a GPU that is switched on and reached through Vulkan or ROCm names it where the accelerator does not.</summary>
    public static string AcceleratorOf(ModelSpec spec)
    {
        var declared = Or(spec.Hardware?.Accelerator, Accelerators.Cpu);
        return declared == Accelerators.Cpu && spec.Hardware?.Gpu is { Enabled: true, Runtime: { Length: > 0 } runtime } ? runtime : declared;
    }

    /// <summary>Port on which a runtime listens when nothing says otherwise.</summary>
    public static int PortOf(string runtime) => runtime switch
    {
        RuntimeNames.Vllm => 8000,
        RuntimeNames.Sglang => 30000,
        RuntimeNames.Tgi => 80,
        RuntimeNames.PersonaPlex => 8998,
        _ => EndpointPort,
    };

    [return: NotNullIfNotNull(nameof(otherwise))]
    private static string? Or(string? declared, string? otherwise) => string.IsNullOrEmpty(declared) ? otherwise : declared;
}
