using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Hardware;

/// <summary>What a replica asks for in GPUs, from the Model and the InferenceService together.</summary>
/// <param name="Count">GPUs by extended resource; 0 when there are none or when they are claimed.</param>
/// <param name="HasClaims">Whether GPUs are claimed through dynamic resource allocation.</param>
/// <param name="ResourceName">The extended resource.</param>
/// <param name="TolerationKey">The taint to tolerate when <paramref name="Count"/> is above 0.</param>
public sealed record GpuRequest(int Count, bool HasClaims, string ResourceName, string TolerationKey)
{
    public const string NvidiaResource = "nvidia.com/gpu";
    public const string AmdResource = "amd.com/gpu";
    public const string IntelResource = "gpu.intel.com/i915";

    /// <summary>The render device through which Vulkan and ROCm builds of llama.cpp reach an AMD GPU.</summary>
    public const string RenderResource = "devic.es/dri-render";

    public const string MigResourcePrefix = "nvidia.com/mig-";

    /// <summary>Whether there is a GPU by either way.</summary>
    public bool HasGpu => Count > 0 || HasClaims;

    public static GpuRequest Of(InferenceServiceSpec service, ModelSpec model)
    {
        var gpu = model.Hardware?.Gpu;
        var resource = ResourceOf(service, gpu);
        return new GpuRequest(
            CountOf(service, model),
            HasClaims: gpu?.ResourceClaims is { Count: > 0 },
            resource,
            string.IsNullOrEmpty(gpu?.TolerationKey) ? resource : gpu.TolerationKey);
    }

    /// <summary>The Model's count when it has one, else the InferenceService's.</summary>
    public static int CountOf(InferenceServiceSpec service, ModelSpec model) =>
        model.Hardware?.Gpu?.Count is { } count and > 0 ? count : service.Resources?.Gpu ?? 0;

    private static string ResourceOf(InferenceServiceSpec service, GpuSpec? gpu)
    {
        if (service.Resources?.GpuSharing is { Mode: GpuSharingModes.Partitioned, Profile: { Length: > 0 } profile })
        {
            return MigResourcePrefix + profile;
        }

        return gpu switch
        {
            { ResourceName: { Length: > 0 } named } => named,
            { Vendor: GpuVendors.Amd, Runtime: GpuRuntimes.Vulkan or GpuRuntimes.Rocm } => RenderResource,
            { Vendor: GpuVendors.Amd } => AmdResource,
            { Vendor: GpuVendors.Intel } => IntelResource,
            _ => NvidiaResource,
        };
    }
}
