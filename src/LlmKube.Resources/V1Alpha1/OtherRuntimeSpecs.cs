using System.Text.Json.Serialization;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Settings of the tgi runtime.</summary>
public sealed record TgiSpec
{
    /// <summary>Quantization method of the weights.</summary>
    [OneOf("bitsandbytes", "gptq", "awq", "eetq")]
    public string? Quantize { get; init; }

    /// <summary>Most tokens in a prompt.</summary>
    public int? MaxInputLength { get; init; }

    /// <summary>Most tokens in a prompt and its answer together.</summary>
    public int? MaxTotalTokens { get; init; }

    /// <summary>Type in which the model is computed.</summary>
    [OneOf("float16", "bfloat16")]
    public string? Dtype { get; init; }

    /// <summary>Secret with the token for Hugging Face.</summary>
    public SecretKeySelector? HfTokenSecretRef { get; init; }
}

/// <summary>Settings of the personaplex runtime.</summary>
public sealed record PersonaPlexSpec
{
    /// <summary>Load the weights in four bits.</summary>
    [JsonPropertyName("quantize4Bit")]
    public bool? Quantize4Bit { get; init; }

    /// <summary>Keep part of the weights in main memory.</summary>
    public bool? CpuOffload { get; init; }

    /// <summary>Secret with the token for Hugging Face.</summary>
    public SecretKeySelector? HfTokenSecretRef { get; init; }
}
