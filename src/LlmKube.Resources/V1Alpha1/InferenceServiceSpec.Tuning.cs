using System.Text.Json.Serialization;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

// This part: how the runtimes are tuned.
public sealed partial record InferenceServiceSpec
{
    /// <summary>Tokens of context, shared by all slots.</summary>
    [Minimum(128)]
    [Maximum(2097152)]
    public int? ContextSize { get; init; }

    /// <summary>Stretch the context beyond what the model was trained for.</summary>
    public RopeScalingSpec? RopeScaling { get; init; }

    /// <summary>Requests that one replica answers at the same time.</summary>
    [Minimum(1)]
    [Maximum(64)]
    public int? ParallelSlots { get; init; }

    /// <summary>Flash attention on the GPU; left out where there is no GPU.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>Use the model's own chat template, which tool calls need.</summary>
    public bool? Jinja { get; init; }

    /// <summary>Type of the keys in the KV cache.</summary>
    [OneOf("f16", "f32", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl")]
    public string? CacheTypeK { get; init; }

    /// <summary>Type of the values in the KV cache.</summary>
    [OneOf("f16", "f32", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl")]
    public string? CacheTypeV { get; init; }

    /// <summary>Type of the cached keys as a build of the runtime names it; wins over cacheTypeK.</summary>
    public string? CacheTypeCustomK { get; init; }

    /// <summary>Type of the cached values as a build of the runtime names it; wins over cacheTypeV.</summary>
    public string? CacheTypeCustomV { get; init; }

    /// <summary>Keep the experts of all layers in main memory.</summary>
    [JsonPropertyName("moeCPUOffload")]
    public bool? MoeCpuOffload { get; init; }

    /// <summary>Keep the experts of the first so many layers in main memory.</summary>
    [JsonPropertyName("moeCPULayers")]
    [Minimum(0)]
    public int? MoeCpuLayers { get; init; }

    /// <summary>Keep the KV cache in main memory.</summary>
    public bool? NoKvOffload { get; init; }

    /// <summary>Skip the empty run after the model is loaded.</summary>
    public bool? NoWarmup { get; init; }

    /// <summary>Guess tokens cheaply and let the model confirm them.</summary>
    public SpeculativeDecodingSpec? SpeculativeDecoding { get; init; }

    /// <summary>Tokens that the model may spend on thinking; 0 turns thinking off.</summary>
    [Minimum(0)]
    public int? ReasoningBudget { get; init; }

    /// <summary>Text that ends the thinking when its budget is spent.</summary>
    public string? ReasoningBudgetMessage { get; init; }

    /// <summary>Metadata of the file to override, each as key=type:value.</summary>
    public IReadOnlyList<string>? MetadataOverrides { get; init; }

    /// <summary>Tensors to place elsewhere, each as pattern=buffer.</summary>
    public IReadOnlyList<string>? TensorOverrides { get; init; }

    /// <summary>Tokens of a prompt that are handed over at once.</summary>
    [Minimum(1)]
    [Maximum(16384)]
    public int? BatchSize { get; init; }

    /// <summary>Tokens of a prompt that are computed at once.</summary>
    [Minimum(1)]
    [JsonPropertyName("uBatchSize")]
    public int? UBatchSize { get; init; }

    /// <summary>Bits of the compressed KV cache of the oMLX runtime.</summary>
    [OneOf(3, 6, 8)]
    public int? TurboQuantBits { get; init; }

    /// <summary>Directory into which the oMLX runtime pages its cache.</summary>
    [JsonPropertyName("pagedSSDCacheDir")]
    public string? PagedSsdCacheDir { get; init; }

    /// <summary>Size limit of the oMLX runtime's paged cache.</summary>
    [JsonPropertyName("pagedSSDCacheMaxSize")]
    public string? PagedSsdCacheMaxSize { get; init; }

    /// <summary>Size limit of the oMLX runtime's cache in memory.</summary>
    public string? HotCacheMaxSize { get; init; }

    /// <summary>Settings of the personaplex runtime.</summary>
    public PersonaPlexSpec? PersonaPlexConfig { get; init; }

    /// <summary>Settings of the vllm runtime.</summary>
    public VllmSpec? VllmConfig { get; init; }

    /// <summary>Settings of the tgi runtime.</summary>
    public TgiSpec? TgiConfig { get; init; }

    /// <summary>Settings of the sglang runtime.</summary>
    public SglangSpec? SglangConfig { get; init; }
}
