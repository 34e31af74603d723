using System.Text.Json.Serialization;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Settings of the vllm runtime.</summary>
public sealed record VllmSpec
{
    /// <summary>GPUs among which each tensor is divided. Without it: all GPUs of the pod.</summary>
    public int? TensorParallelSize { get; init; }

    /// <summary>Tokens of context.</summary>
    public int? MaxModelLen { get; init; }

    /// <summary>Quantization method of the weights.</summary>
    [OneOf("awq", "gptq", "squeezellm", "fp8", "nvfp4", "mxfp4", "compressed-tensors")]
    public string? Quantization { get; init; }

    /// <summary>Type in which weights and activations are computed.</summary>
    [OneOf("auto", "float16", "bfloat16")]
    public string? Dtype { get; init; }

    /// <summary>Type of the KV cache.</summary>
    [Default("auto")]
    [OneOf("auto", "fp8_e5m2", "fp8_e4m3")]
    public string? KvCacheDtype { get; init; }

    /// <summary>Type of the KV cache as a build of vLLM names it; wins over kvCacheDtype.</summary>
    public string? KvCacheCustomDtype { get; init; }

    /// <summary>Reuse the cache of equal prompt beginnings.</summary>
    public bool? EnablePrefixCaching { get; init; }

    /// <summary>Compute long prompts in pieces between other requests.</summary>
    public bool? EnableChunkedPrefill { get; init; }

    /// <summary>Most tokens in one step.</summary>
    [Minimum(512)]
    public int? MaxNumBatchedTokens { get; init; }

    /// <summary>Implementation of attention.</summary>
    [OneOf("FLASH_ATTN", "FLASHINFER", "XFORMERS", "flashinfer", "flash_attn", "xformers", "torch_sdpa")]
    public string? AttentionBackend { get; init; }

    /// <summary>Guess tokens with a smaller model.</summary>
    public VllmSpeculativeSpec? Speculative { get; init; }

    /// <summary>Divide the experts, not each expert, among the GPUs.</summary>
    public bool? EnableExpertParallel { get; init; }

    /// <summary>Secret with the token for Hugging Face.</summary>
    public SecretKeySelector? HfTokenSecretRef { get; init; }

    /// <summary>GiB of weights for each GPU that stay in main memory.</summary>
    [Minimum(0)]
    [JsonPropertyName("cpuOffloadGB")]
    public int? CpuOffloadGb { get; init; }

    /// <summary>Share of the GPU's memory that vLLM takes.</summary>
    [Minimum(0.1)]
    [Maximum(0.99)]
    public double? GpuMemoryUtilization { get; init; }
}

/// <summary>How vLLM guesses tokens.</summary>
public sealed record VllmSpeculativeSpec
{
    /// <summary>Whether it does.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Model that guesses, as vLLM names it.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens guessed at once.</summary>
    [Default(4)]
    [Minimum(1)]
    [Maximum(16)]
    public int? NumSpeculativeTokens { get; init; }
}
