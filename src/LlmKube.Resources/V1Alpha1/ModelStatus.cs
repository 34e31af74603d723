using System.Text.Json.Serialization;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>What the operator knows of a model.</summary>
public sealed record ModelStatus
{
    /// <summary>Where the model stands, in one word.</summary>
    [OneOf(ModelPhases.Pending, ModelPhases.Downloading, ModelPhases.Copying, ModelPhases.Ready, ModelPhases.Failed)]
    public string? Phase { get; init; }

    /// <summary>Size of the files for people, such as 4.1 GiB; 0 while unknown.</summary>
    public string? Size { get; init; }

    /// <summary>Path at which the file can be opened, where that is already known.</summary>
    public string? Path { get; init; }

    /// <summary>Name of the model's directory in a model store.</summary>
    public string? CacheKey { get; init; }

    /// <summary>SHA-256 that was computed from the bytes.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Files of the set in order, when the spec names files or a projector.</summary>
    public IReadOnlyList<string>? StagedFiles { get; init; }

    /// <summary>Where in an image for containers the files are, / or /models; nothing for what is no such image.</summary>
    public string? ImageRoot { get; init; }

    /// <summary>Entity tag of the source when it was last looked at.</summary>
    [JsonPropertyName("sourceETag")]
    public string? SourceETag { get; init; }

    /// <summary>Length of the source in bytes when it was last looked at.</summary>
    public long? SourceContentLength { get; init; }

    /// <summary>When the source was last compared with what is held.</summary>
    public DateTimeOffset? LastRevalidated { get; init; }

    /// <summary>Whether some node offers the accelerator that the model asks for.</summary>
    public bool? AcceleratorReady { get; init; }

    /// <summary>How far the fetching ahead is, while there is one.</summary>
    [Atomic]
    public FetchStatus? Fetch { get; init; }

    /// <summary>What the header of a GGUF file says.</summary>
    [Atomic]
    public GgufStatus? Gguf { get; init; }

    /// <summary>When this status last changed.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>The spec's generation that this status describes.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The immutable name of what the source points at now: a commit, a digest, or a file's size and time.</summary>
    public string? ResolvedRevision { get; init; }

    /// <summary>Where a model of a repository is fetched from, as a source of its own.</summary>
    public string? ResolvedSource { get; init; }

    /// <summary>Secret with the credentials for it.</summary>
    public string? ResolvedSecret { get; init; }

    /// <summary>The version that is served, of a source that has versions.</summary>
    public string? ResolvedVersion { get; init; }

    /// <summary>The source of the spec for which that version was chosen.</summary>
    public string? ResolvedFrom { get; init; }

    /// <summary>The trial of a new version, with the refreshPolicy Canary.</summary>
    [Atomic]
    public CanaryStatus? Canary { get; init; }

    /// <summary>The versions that were served, the newest last.</summary>
    public IReadOnlyList<ServedVersion>? Versions { get; init; }

    /// <summary>Facts about the model, each with its reason.</summary>
    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>A version of a model that was served.</summary>
public sealed record ServedVersion
{
    /// <summary>Its name.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What the header of a GGUF file says.</summary>
public sealed record GgufStatus
{
    /// <summary>Architecture, such as llama or qwen3.</summary>
    public string? Architecture { get; init; }

    /// <summary>Name that the file gives its model.</summary>
    public string? ModelName { get; init; }

    /// <summary>Name of the quantization that most tensors have.</summary>
    public string? Quantization { get; init; }

    /// <summary>Tokens of context that the model was trained for.</summary>
    public long? ContextLength { get; init; }

    /// <summary>Length of an embedding vector.</summary>
    public long? EmbeddingSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public long? LayerCount { get; init; }

    /// <summary>Number of attention heads.</summary>
    public long? HeadCount { get; init; }

    /// <summary>Number of tensors in the file.</summary>
    public long? TensorCount { get; init; }

    /// <summary>Version of the GGUF format.</summary>
    public int? FileVersion { get; init; }

    /// <summary>License that the file names.</summary>
    public string? License { get; init; }
}
