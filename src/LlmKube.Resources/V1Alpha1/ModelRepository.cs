using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>A place with versions of models and tags that name them: a folder, a claim, a bucket or a registry. Models name it in their source.</summary>
[CustomResource("mrepo")]
[PrinterColumn(0, "Type", "string", ".spec.type")]
[PrinterColumn(1, "Place", "string", ".status.place")]
[PrinterColumn(2, "Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn(3, "Models", "integer", ".status.models")]
[PrinterColumn(4, "Age", "date", ".metadata.creationTimestamp")]
public sealed record ModelRepository : IResource<ModelRepository>
{
    private static readonly ModelRepositorySpec s_noSpec = new();

    public static ResourceDefinition Definition { get; } = new("inference.llmkube.dev", "v1alpha1", "ModelRepository", "modelrepositories", Namespaced: true);

    public static JsonTypeInfo<ModelRepository> JsonType => ResourcesJson.Default.ModelRepository;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    /// <summary>What is wanted; empty where the object carries none.</summary>
    [JsonIgnore]
    public ModelRepositorySpec Spec
    {
        get => DeclaredSpec ?? s_noSpec;
        init => DeclaredSpec = value;
    }

    /// <summary>Where the repository is.</summary>
    /// <remarks>Null in an object that is written for its status alone.</remarks>
    [Required]
    [JsonPropertyName("spec")]
    public ModelRepositorySpec? DeclaredSpec { get; init; }

    /// <summary>What the operator found out; written by it alone.</summary>
    public ModelRepositoryStatus? Status { get; init; }
}

/// <summary>Where a repository is and how it is reached.</summary>
public sealed record ModelRepositorySpec
{
    /// <summary>What kind of place it is.</summary>
    [Required]
    [OneOf(RepositoryTypes.Folder, RepositoryTypes.Pvc, RepositoryTypes.S3, RepositoryTypes.Oci)]
    public string? Type { get; init; }

    /// <summary>Folder of the machines that serve, for the type folder; it has to be allowed to the operator. For the type pvc, folder in the claim; its root where nothing is given.</summary>
    public string? Path { get; init; }

    /// <summary>PersistentVolumeClaim of this namespace, for the type pvc.</summary>
    public string? ClaimName { get; init; }

    /// <summary>Bucket, for the type s3.</summary>
    public string? Bucket { get; init; }

    /// <summary>Where in the bucket or the registry the repository begins; everything where nothing is given.</summary>
    public string? Prefix { get; init; }

    /// <summary>Address of the object store, such as https://minio.internal:9000, or host of the registry, such as registry.site:5000.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Region of the object store.</summary>
    public string? Region { get; init; }

    /// <summary>Secret of this namespace with the credentials, as sources have them; its entry ca.crt is the authority to trust.</summary>
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>Seconds between two looks at its tags; 60 where nothing is given.</summary>
    [Minimum(1)]
    public int? PollIntervalSeconds { get; init; }
}

/// <summary>Values of a repository's <c>spec.type</c>.</summary>
public static class RepositoryTypes
{
    public const string Folder = "folder";
    public const string Pvc = "pvc";
    public const string S3 = "s3";
    public const string Oci = "oci";
}

/// <summary>What the operator knows of a repository.</summary>
public sealed record ModelRepositoryStatus
{
    /// <summary>Where it is, in one line.</summary>
    public string? Place { get; init; }

    /// <summary>How many models it has.</summary>
    public int? Models { get; init; }

    /// <summary>How many tags they have together.</summary>
    public int? Tags { get; init; }

    /// <summary>When it was last looked through.</summary>
    public DateTimeOffset? LastSync { get; init; }

    /// <summary>When this status last changed.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>The spec's generation that this status describes.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Facts about the repository, each with its reason.</summary>
    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
