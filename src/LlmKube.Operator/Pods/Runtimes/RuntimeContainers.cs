using System.Text.Json;
using LlmKube.Resources;
using LlmKube.Resources.Runtimes.LlamaCpp;
using LlmKube.Resources.Runtimes.Sglang;
using LlmKube.Resources.Runtimes.Tgi;
using LlmKube.Resources.Runtimes.Vllm;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Runtimes;

/// <summary>Each runtime's container. Images are those that existing LLMKube runs, pinned to a version where it pins one.</summary>
internal static class RuntimeContainers
{
    private const string LlamaCuda = "ghcr.io/ggml-org/llama.cpp:server-cuda-b10068";
    private const string LlamaVulkan = "ghcr.io/ggml-org/llama.cpp:server-vulkan";
    private const string LlamaRocm = "ghcr.io/ggml-org/llama.cpp:server-rocm";
    private const string LlamaIntel = "ghcr.io/ggml-org/llama.cpp:server-intel";
    private const string Vllm = "vllm/vllm-openai:v0.25.1";
    private const string SglangCuda = "lmsysorg/sglang:v0.5.15.post1-cu129";
    private const string SglangRocm = "lmsysorg/sglang:v0.5.15-rocm720-mi30x";
    private const string Tgi = "ghcr.io/huggingface/text-generation-inference:3.3.7";

    public static RuntimeContainer Of(RuntimeContext context) => Defaults.RuntimeOf(context.Spec) switch
    {
        RuntimeNames.LlamaCppRouter => LlamaCppRouterOf(context),
        RuntimeNames.Vllm => VllmOf(context),
        RuntimeNames.Sglang => SglangOf(context),
        RuntimeNames.Tgi => TgiOf(context),
        RuntimeNames.PersonaPlex => PersonaPlexOf(context),
        RuntimeNames.Generic => GenericOf(context),
        _ => LlamaCppOf(context),
    };

    private static RuntimeContainer LlamaCppOf(RuntimeContext context) => new()
    {
        Name = "llama-server",
        DefaultImage = LlamaImageOf(context),
        Arguments = LlamaCppArguments.Build(
            context.Spec, context.Model.Spec, context.Storage.ModelPath, context.Port, context.Host, context.Gpu.Count, context.Storage.DraftPath, context.Storage.ProjectorPath),
        LoadMetric = "llamacpp:requests_processing",
    };

    private static string LlamaImageOf(RuntimeContext context)
    {
        var gpu = context.Model.Spec.Hardware?.Gpu;
        if (!context.Gpu.HasGpu && gpu?.Enabled != true)
        {
            return RuntimeImages.LlamaCpu;
        }

        return (gpu?.Vendor, gpu?.Runtime) switch
        {
            (GpuVendors.Amd, GpuRuntimes.Vulkan) => LlamaVulkan,
            (GpuVendors.Amd, _) => LlamaRocm,
            (GpuVendors.Intel, _) => LlamaIntel,
            _ => LlamaCuda,
        };
    }

    private static RuntimeContainer LlamaCppRouterOf(RuntimeContext context) => new()
    {
        Name = "llama-server",
        DefaultImage = RuntimeImages.LlamaCpu,
        Arguments = LlamaCppArguments.BuildRouter(context.Spec, context.Port, context.Host),
        LoadMetric = "llamacpp:requests_processing",
    };

    private static RuntimeContainer VllmOf(RuntimeContext context) => new()
    {
        Name = "vllm",
        DefaultImage = Vllm,
        Command = ["vllm", "serve"],
        Arguments = VllmArguments.Build(context.Spec, context.Storage.ModelPath, context.Port, context.Host, context.Gpu.Count),
        Environment = HubToken("HF_TOKEN", context.Spec.VllmConfig?.HfTokenSecretRef),
        NeedsWritableHome = true,
        NeedsSharedMemory = true,
        MistakesServiceLinks = true,
        LoadMetric = "vllm:num_requests_running",
    };

    private static RuntimeContainer SglangOf(RuntimeContext context) => new()
    {
        Name = "sglang",
        DefaultImage = context.Model.Spec.Hardware?.Gpu?.Vendor == GpuVendors.Amd ? SglangRocm : SglangCuda,
        Command = ["python3", "-m", "sglang.launch_server"],
        Arguments = SglangArguments.Build(context.Spec, context.Storage.ModelPath, context.Port, context.Host, context.Gpu.Count),
        Environment = HubToken("HF_TOKEN", context.Spec.SglangConfig?.HfTokenSecretRef),
        HealthPath = "/health_generate",
        LivenessPath = "/health",
        NeedsWritableHome = true,
        NeedsSharedMemory = true,
        LoadMetric = "sglang:num_running_reqs",
    };

    private static RuntimeContainer TgiOf(RuntimeContext context) => new()
    {
        Name = "tgi",
        DefaultImage = Tgi,
        Arguments = TgiArguments.Build(context.Spec, context.Storage.ModelPath, context.Port, context.Host, context.Gpu.Count),
        Environment = HubToken("HUGGING_FACE_HUB_TOKEN", context.Spec.TgiConfig?.HfTokenSecretRef),
        NeedsWritableHome = true,
        NeedsSharedMemory = true,
        LoadMetric = "tgi:queue_size",
        BusyMetric = "tgi_batch_current_size",
    };

    private static RuntimeContainer PersonaPlexOf(RuntimeContext context)
    {
        var config = context.Spec.PersonaPlexConfig;
        return new RuntimeContainer
        {
            Name = "personaplex",
            Command = ["/app/moshi/.venv/bin/python", "-m", "moshi.server"],
            Arguments =
            [
                "--ssl", "/app/ssl",
                .. config?.Quantize4Bit == true ? ["--quantize-4bit"] : Array.Empty<string>(),
                .. config?.CpuOffload == true ? ["--cpu-offload"] : Array.Empty<string>(),
            ],
            Environment = [.. HubToken("HF_TOKEN", config?.HfTokenSecretRef), PodJson.Variable("NO_TORCH_COMPILE", "1")],
            HealthPath = null,
            NeedsWritableHome = true,
        };
    }

    private static RuntimeContainer GenericOf(RuntimeContext context) => new()
    {
        Name = "inference-server",
        Arguments = context.Spec.Args ?? [],
        HealthPath = null,
    };

    private static IReadOnlyList<JsonElement> HubToken(string variable, SecretKeySelector? secret) =>
        secret?.Name is { Length: > 0 } name ? [PodJson.VariableFromSecret(variable, name, secret.Key, secret.Optional)] : [];
}
