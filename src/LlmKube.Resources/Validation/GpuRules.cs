using System.Text.RegularExpressions;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>What must hold about GPUs: how they are shared, and that a replica uses no more than it has.</summary>
internal static partial class GpuRules
{
    private const string SharingPath = "spec.resources.gpuSharing";

    /// <summary>What can be said of the sharing alone.</summary>
    public static void CheckSharing(Findings findings, GpuSharingSpec? sharing)
    {
        if (sharing is null)
        {
            return;
        }

        var partitioned = sharing.Mode == GpuSharingModes.Partitioned;
        var hasProfile = !string.IsNullOrEmpty(sharing.Profile);
        findings.AddIf(partitioned && !hasProfile, SharingPath + ".profile", "The mode partitioned needs a slice. Name its MIG profile, such as 3g.20gb.");
        findings.AddIf(!partitioned && hasProfile, SharingPath + ".profile", "A profile belongs to the mode partitioned. Set that mode or remove the profile.");
        findings.AddIf(
            partitioned && hasProfile && !MigProfile().IsMatch(sharing.Profile!),
            SharingPath + ".profile",
            $"'{sharing.Profile}' is no MIG profile. Write slices and memory, such as 1g.5gb or 3g.20gb.");
        findings.AddIf(
            sharing.MemoryLimitGiB is not null && sharing.Mode != GpuSharingModes.Shared,
            SharingPath + ".memoryLimitGiB",
            "A memory limit belongs to the mode shared. Set that mode or remove the limit.");
    }

    /// <summary>What can be said once the model is known.</summary>
    public static void Check(Findings findings, InferenceServiceSpec service, ModelSpec model, bool hasSharedGpuPool)
    {
        var request = GpuRequest.Of(service, model);
        CheckPlacement(findings, service, model, request, hasSharedGpuPool);
        CheckParallelism(findings, service, request);
    }

    private static void CheckPlacement(Findings findings, InferenceServiceSpec service, ModelSpec model, GpuRequest request, bool hasSharedGpuPool)
    {
        var mode = Defaults.GpuSharingOf(service);
        if (mode == GpuSharingModes.Exclusive)
        {
            return;
        }

        var gpu = model.Hardware?.Gpu;
        findings.AddIf(request.HasClaims, SharingPath, $"The mode {mode} cannot be combined with resource claims. Remove hardware.gpu.resourceClaims from the Model, or the mode.");
        findings.AddIf(
            request.Count != 1 && !request.HasClaims, SharingPath, $"The mode {mode} is for exactly one GPU, and this service asks for {request.Count}. Ask for one.");
        if (mode == GpuSharingModes.Partitioned)
        {
            findings.AddIf(
                gpu?.Vendor is { Length: > 0 } and not GpuVendors.Nvidia, SharingPath, "Only NVIDIA GPUs are partitioned. Set hardware.gpu.vendor of the Model to nvidia, or use another mode.");
            findings.AddIf(
                !string.IsNullOrEmpty(gpu?.ResourceName), SharingPath, "A partition names its own resource. Remove hardware.gpu.resourceName from the Model.");
        }
        else
        {
            findings.AddIf(
                !hasSharedGpuPool && gpu?.Vendor != GpuVendors.Amd,
                SharingPath,
                "No nodes are set aside for sharing GPUs. Start the operator with a selector for them, or use the mode exclusive.");
        }
    }

    /// <summary>Serving one replica from several pods is not supported, so a replica divides its work among its own GPUs only.</summary>
    private static void CheckParallelism(Findings findings, InferenceServiceSpec service, GpuRequest request)
    {
        if (request.HasClaims)
        {
            return;
        }

        var gpus = Math.Max(request.Count, 1);
        switch (Defaults.RuntimeOf(service))
        {
            case RuntimeNames.Vllm when service.VllmConfig is { } vllm:
                CheckSize(findings, "spec.vllmConfig.tensorParallelSize", vllm.TensorParallelSize, gpus);
                break;
            case RuntimeNames.Sglang when service.SglangConfig is { } sglang:
                var path = sglang.DataParallelSize > 1 ? "spec.sglangConfig.dataParallelSize" : "spec.sglangConfig.tensorParallelSize";
                var declared = sglang.TensorParallelSize is not null || sglang.DataParallelSize is not null;
                CheckSize(findings, path, declared ? (long)(sglang.TensorParallelSize ?? 1) * (sglang.DataParallelSize ?? 1) : null, gpus);
                CheckSize(findings, "spec.sglangConfig.expertParallelSize", sglang.ExpertParallelSize, gpus);
                break;
        }
    }

    private static void CheckSize(Findings findings, string path, long? size, int gpus) =>
        findings.AddIf(
            size > gpus, path, $"The work is divided among {size} GPUs, and each replica has {gpus}. Ask for more GPUs or divide it less; one replica does not span pods.");

    [GeneratedRegex(@"^[0-9]+g\.[0-9]+gb\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MigProfile();
}
