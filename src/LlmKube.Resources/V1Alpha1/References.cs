using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>core/v1 LocalObjectReference: an object of the same namespace.</summary>
public sealed record LocalObjectReference
{
    /// <summary>Name of the object.</summary>
    public string? Name { get; init; }
}

/// <summary>core/v1 SecretKeySelector: one key of a Secret of the same namespace.</summary>
public sealed record SecretKeySelector
{
    /// <summary>Name of the Secret.</summary>
    public string? Name { get; init; }

    /// <summary>Key within the Secret.</summary>
    [Required]
    public string Key { get => field ?? ""; init; }

    /// <summary>Whether the Secret or its key may be missing.</summary>
    public bool? Optional { get; init; }
}
