using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>How services run in pods. An operator without them runs none: that of one machine has no kubelet.</summary>
public sealed record PodSettings
{
    /// <summary>The identity that pods get where it is not switched off: no image needs more, and <c>restricted</c> asks for one that is not root.</summary>
    public const long DefaultUser = 65532;

    /// <summary>The group of the model store, as existing LLMKube sets it.</summary>
    public const long DefaultGroup = 102;

    /// <summary>This product's own image, whose <c>llmkube fetch</c> brings models into the store.</summary>
    public required string Image { get; init; }

    public string? ImagePullPolicy { get; init; }

    /// <summary>Images in place of the runtimes' own, by the runtime's name.</summary>
    public IReadOnlyDictionary<string, string> RuntimeImages { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A registry, and path, that holds copies of all images that this project names; null takes them where they come from.</summary>
    public string? ImageRegistry { get; init; }

    /// <summary>Where pods that fetch read models of registries instead, as text; empty where everything is read where it is.</summary>
    public string RegistryMirrors { get; init; } = "";

    public CacheSettings Cache { get; init; } = new();

    /// <summary>The user that pods run as; null leaves it to the cluster, as OpenShift wants it.</summary>
    public long? RunAsUser { get; init; } = DefaultUser;

    /// <summary>The group that owns volumes; null leaves it to the cluster.</summary>
    public long? FsGroup { get; init; } = DefaultGroup;

    /// <summary>The group of the render device (<c>/dev/dri</c>); null where pods need none.</summary>
    public long? RenderGroup { get; init; }

    /// <summary>Folders of nodes that models may be read from; empty refuses every local source.</summary>
    public IReadOnlyList<string> AllowedHostPathRoots { get; init; } = [];

    /// <summary>Where Prometheus answers, for KEDA; null leaves autoscaling to Kubernetes.</summary>
    public string? PrometheusAddress { get; init; }

    /// <summary>What is asked of the signature of every Model that says nothing of its own; null asks nothing.</summary>
    public VerifySpec? Verify { get; init; }

    /// <summary>Secrets with users of registries that every pod gets, of its own namespace.</summary>
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];

    /// <summary>Annotate pods for Prometheus servers that look for annotations.</summary>
    public bool EmitScrapeAnnotations { get; init; }

    /// <summary>Labels of the nodes whose GPUs are shared; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> SharedGpuNodes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>Where fetched models are kept in a cluster.</summary>
public sealed record CacheSettings
{
    public const string Shared = "shared";
    public const string PerService = "perService";
    public const string PerModel = "perModel";
    public const string NodeLocal = "nodeLocal";

    /// <summary>One claim for each namespace, each service or each Model, or a folder of each node; null keeps none.</summary>
    public string? Mode { get; init; } = Shared;

    /// <summary>What a claim asks for, as a quantity.</summary>
    public string Size { get; init; } = "100Gi";

    /// <summary>Null takes the cluster's default class.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Access mode of the shared claim.</summary>
    public string AccessMode { get; init; } = "ReadWriteOnce";

    /// <summary>The folder of each node, for <see cref="NodeLocal"/>.</summary>
    public string? HostPath { get; init; }
}
