namespace LlmKube.Models.Catalog;

/// <summary>A model that is known by a short name: where it is, and what serving it takes.</summary>
public sealed record CatalogEntry
{
    /// <summary>What it is deployed by.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Id { get; init; } = "";

    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Parameters, such as 8B.</summary>
    public string? Size { get; init; }

    public string? Quantization { get; init; }

    /// <summary>Any form of <c>spec.source</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Digest that its file must have.</summary>
    public string? Sha256 { get; init; }

    /// <summary>gguf where nothing is said.</summary>
    public string? Format { get; init; }

    public int? ContextSize { get; init; }

    public int? GpuLayers { get; init; }

    public IReadOnlyList<string> UseCases { get => field ?? []; init; }

    public CatalogResources Resources { get => field ?? new CatalogResources(); init; }

    /// <summary>GPU memory that people should expect, in words.</summary>
    public string? VramEstimate { get; init; }

    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    public string? Homepage { get; init; }

    public string? Notes { get; init; }
}

/// <summary>What a model of a catalog asks for, as Kubernetes quantities.</summary>
public sealed record CatalogResources
{
    public string? Cpu { get; init; }

    public string? Memory { get; init; }

    public string? GpuMemory { get; init; }
}

/// <summary>Sends every source that begins with one address to another: a site's mirror.</summary>
/// <param name="From">What a source begins with.</param>
/// <param name="To">What it begins with instead.</param>
public sealed record CatalogRewrite(string From, string To);

/// <summary>A catalog as it stands in a file.</summary>
public sealed record CatalogFile
{
    public IReadOnlyList<CatalogRewrite> Rewrite { get => field ?? []; init; }

    /// <summary>Entries by their ids; they add to those of the product, or replace them.</summary>
    public IReadOnlyDictionary<string, CatalogEntry> Models { get => field ?? new Dictionary<string, CatalogEntry>(StringComparer.Ordinal); init; }
}
