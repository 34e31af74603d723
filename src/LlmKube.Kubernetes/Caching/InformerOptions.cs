namespace LlmKube.Kubernetes.Caching;

/// <summary>What a cache holds. Caches with equal options of one kind are shared.</summary>
public sealed record InformerOptions
{
    /// <summary>Null means all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }
}

/// <summary>An object appeared (<see cref="Old"/> is null), changed, or is gone (<see cref="New"/> is null).</summary>
public sealed record Change<T>(T? Old, T? New)
    where T : class
{
    /// <summary>The newest state that is known: the new one, or the last one of an object that is gone.</summary>
    public T Latest => New ?? Old ?? throw new InvalidOperationException("A change has an old or a new object.");
}
