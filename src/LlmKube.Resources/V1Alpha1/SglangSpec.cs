using System.Text.Json.Serialization;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Settings of the sglang runtime.</summary>
public sealed record SglangSpec
{
    /// <summary>GPUs among which each tensor is divided. Without it: all GPUs of the pod.</summary>
    [Minimum(1)]
    public int? TensorParallelSize { get; init; }

    /// <summary>GPUs among which the experts are divided.</summary>
    [Minimum(1)]
    public int? ExpertParallelSize { get; init; }

    /// <summary>Copies of the model within one pod.</summary>
    [Minimum(1)]
    public int? DataParallelSize { get; init; }

    /// <summary>Tokens of context.</summary>
    [Minimum(128)]
    public int? ContextLength { get; init; }

    /// <summary>Share of the GPU's memory for weights and cache.</summary>
    [Minimum(0.1)]
    [Maximum(0.99)]
    public double? MemFractionStatic { get; init; }

    /// <summary>Tokens of a prompt that are computed at once.</summary>
    [Minimum(512)]
    public int? ChunkedPrefillSize { get; init; }

    /// <summary>Most requests at the same time.</summary>
    [Minimum(1)]
    public int? MaxRunningRequests { get; init; }

    /// <summary>Quantization method of the weights.</summary>
    public string? Quantization { get; init; }

    /// <summary>Type of the KV cache.</summary>
    [Default("auto")]
    [OneOf("auto", "fp8_e5m2", "fp8_e4m3")]
    public string? KvCacheDtype { get; init; }

    /// <summary>Type of the KV cache as a build of SGLang names it; wins over kvCacheDtype.</summary>
    public string? KvCacheCustomDtype { get; init; }

    /// <summary>Implementation of attention.</summary>
    [OneOf("flashinfer", "flash_attn", "torch_native")]
    public string? AttentionBackend { get; init; }

    /// <summary>Reuse the cache of equal prompt beginnings.</summary>
    public bool? EnablePrefixCaching { get; init; }

    /// <summary>How tool calls are read from the model's text.</summary>
    [OneOf("llama3", "qwen3", "qwen25", "hermes", "functionary", "mistral")]
    public string? ToolCallParser { get; init; }

    /// <summary>How thinking is told from the answer.</summary>
    [OneOf("qwen3", "deepseek-r1")]
    public string? ReasoningParser { get; init; }

    /// <summary>Chat template, by name or path.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Guess tokens before the model confirms them.</summary>
    public SglangSpeculativeSpec? Speculative { get; init; }

    /// <summary>Adapters to load at start, each as name=path. loraAdapters says the same with names.</summary>
    public IReadOnlyList<string>? LoraModules { get; init; }

    /// <summary>Adapters to load at start.</summary>
    public IReadOnlyList<SglangLoraAdapter>? LoraAdapters { get; init; }

    /// <summary>Highest rank among the adapters.</summary>
    [Minimum(1)]
    public int? MaxLoraRank { get; init; }

    /// <summary>Modules that adapters may change.</summary>
    public IReadOnlyList<string>? LoraTargetModules { get; init; }

    /// <summary>How much is logged.</summary>
    [OneOf("debug", "info", "warning", "error")]
    public string? LogLevel { get; init; }

    /// <summary>Run the code that comes with the model. Only for models that you trust as you trust a program.</summary>
    public bool? TrustRemoteCode { get; init; }

    /// <summary>Start without a tokenizer; requests then carry token numbers.</summary>
    public bool? SkipTokenizerInit { get; init; }

    /// <summary>Secret with the token for Hugging Face.</summary>
    public SecretKeySelector? HfTokenSecretRef { get; init; }
}

/// <summary>An adapter that SGLang loads at start.</summary>
public sealed record SglangLoraAdapter
{
    /// <summary>Name by which requests choose it.</summary>
    [Required]
    [Length(1)]
    public string Name { get => field ?? ""; init; }

    /// <summary>Where it lies in the pod, or its repository.</summary>
    [Required]
    [Length(1)]
    public string Path { get => field ?? ""; init; }
}

/// <summary>How SGLang guesses tokens.</summary>
public sealed record SglangSpeculativeSpec
{
    /// <summary>Whether it does.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Method.</summary>
    [OneOf("EAGLE", "EAGLE3", "Medusa")]
    public string? Algorithm { get; init; }

    /// <summary>Model that guesses.</summary>
    public string? DraftModelPath { get; init; }

    /// <summary>Steps of guessing.</summary>
    [Minimum(1)]
    public int? NumSteps { get; init; }

    /// <summary>Branches in each step.</summary>
    [Minimum(1)]
    [JsonPropertyName("eagleTopK")]
    public int? EagleTopK { get; init; }

    /// <summary>Tokens guessed at once.</summary>
    [Default(4)]
    [Minimum(1)]
    public int? NumDraftTokens { get; init; }

    /// <summary>Accept a single guess from this probability on.</summary>
    [Minimum(0)]
    [Maximum(1)]
    public double? AcceptThresholdSingle { get; init; }

    /// <summary>Accept a run of guesses from this probability on.</summary>
    [Minimum(0)]
    [Maximum(1)]
    public double? AcceptThresholdAcc { get; init; }
}
