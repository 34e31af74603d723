using System.Text.Json;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Where a model comes from and what it needs.</summary>
public sealed record ModelSpec
{
    /// <summary>
    /// Where the weights are: a string (a URL with the scheme https, http, hf, s3, oci, pvc or file, an absolute path, or org/repo)
    /// or an object with a type of local, pvc, s3, http, oci, huggingface or repository and the fields of that type. A model of a
    /// ModelRepository is repo://repository/model:tag or repo://repository/model@version.
    /// Names one file, or with files a whole set below a prefix.
    /// </summary>
    [Required]
    [Unstructured]
    public SourceField? Source { get; init; }

    /// <summary>SHA-256 of the file in hexadecimal. A file with another digest is never served.</summary>
    [Pattern("^[a-fA-F0-9]{64}$")]
    public string? Sha256 { get; init; }

    /// <summary>Secret of this namespace with the credentials that the source asks for.</summary>
    public LocalObjectReference? SourceSecretRef { get; init; }

    /// <summary>Signature that the model has to have (OpenSSF model signing, with a key pair).</summary>
    public VerifySpec? Verify { get; init; }

    /// <summary>
    /// Whether a change at the source is fetched (OnChange), tried on a part of the requests first (Canary, for a source of a
    /// ModelRepository, a registry or a Hub) or only reported (IfNotPresent).
    /// </summary>
    [Default(RefreshPolicies.IfNotPresent)]
    [OneOf(RefreshPolicies.IfNotPresent, RefreshPolicies.OnChange, RefreshPolicies.Canary)]
    public string? RefreshPolicy { get; init; }

    /// <summary>How a new version is tried, with the refreshPolicy Canary.</summary>
    public CanarySpec? Canary { get; init; }

    /// <summary>Fetch the files as soon as the Model exists, before any InferenceService asks for them.</summary>
    public bool? Prefetch { get; init; }

    /// <summary>Tolerations of the prefetch Job's pod.</summary>
    [CoreType("Toleration")]
    public IReadOnlyList<JsonElement>? PrefetchTolerations { get; init; }

    /// <summary>Format of the files. Decides whether a runtime is handed a file or a directory.</summary>
    [Default(ModelFormats.Gguf)]
    [OneOf(ModelFormats.Gguf, ModelFormats.Mlx, ModelFormats.Safetensors, ModelFormats.Pytorch, ModelFormats.Custom)]
    public string? Format { get; init; }

    /// <summary>Name of the quantization, for people; nothing is decided by it.</summary>
    public string? Quantization { get; init; }

    /// <summary>Files below the source, as relative paths without patterns. The first is the one that a runtime opens.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Relative path of the multimodal projector, fetched with the files and handed to llama.cpp. Needs files.</summary>
    public string? Mmproj { get; init; }

    /// <summary>Hardware that the model is meant to run on.</summary>
    public HardwareSpec? Hardware { get; init; }

    /// <summary>What the model is expected to need. For the record: pods take their requests from the InferenceService.</summary>
    public ModelResources? Resources { get; init; }
}

/// <summary>What is asked of a model's signature.</summary>
public sealed record VerifySpec
{
    /// <summary>Secret of this namespace whose entries are the public keys that are trusted, as PEM.</summary>
    [Required]
    public LocalObjectReference? Keys { get; init; }

    /// <summary>Whether a model that is not signed by one of them is refused (Require) or only reported (Warn).</summary>
    [Default(VerifyPolicies.Require)]
    [OneOf(VerifyPolicies.Require, VerifyPolicies.Warn)]
    public string? Policy { get; init; }
}

/// <summary>What a model is expected to need.</summary>
public sealed record ModelResources
{
    /// <summary>CPU as a quantity, such as 2 or 500m.</summary>
    public string? Cpu { get; init; }

    /// <summary>Memory as a quantity, such as 4Gi.</summary>
    public string? Memory { get; init; }
}
