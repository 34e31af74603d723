using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>One kind in one version that the server serves, built in or from a CRD, with all that discovery, validation and printing need.</summary>
internal sealed record ServedKind
{
    /// <summary>What every stored kind can be asked.</summary>
    public static IReadOnlyList<string> AllVerbs { get; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public required ResourceDefinition Definition { get; init; }

    public required string Singular { get; init; }

    /// <summary>The kind of a list of these, such as <c>PodList</c>.</summary>
    public required string ListKind { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>The whole object's schema, with <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>; its name is the OpenAPI definition's.</summary>
    public Schema Schema => SchemaSource.Value;

    /// <summary>Built at first use: most of a server's kinds are never written to.</summary>
    public required Lazy<Schema> SchemaSource { get; init; }

    /// <summary>A CRD's own columns. Built-in kinds have theirs in the table printer.</summary>
    public IReadOnlyList<PrinterColumn> PrinterColumns { get; init; } = [];

    /// <summary>True where <c>status</c> is written through its subresource only.</summary>
    public bool HasStatus { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary>Subresources besides <c>status</c> and <c>scale</c>.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public bool IsBuiltIn { get; init; }

    /// <summary>True for the version that objects are stored in.</summary>
    public bool IsStorageVersion { get; init; } = true;

    /// <summary>Set on a version whose use a client is warned of.</summary>
    public string? DeprecationWarning { get; init; }
}

/// <summary>A CRD's <c>additionalPrinterColumns</c> entry.</summary>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, string Format = "", string Description = "", int Priority = 0);

/// <summary>A subresource with the kind that it answers in.</summary>
internal sealed record Subresource(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs);

/// <summary>Where the scale subresource finds its numbers, as JSON paths such as <c>.spec.replicas</c>.</summary>
internal sealed record ScalePaths(string SpecReplicasPath, string StatusReplicasPath, string? LabelSelectorPath);
