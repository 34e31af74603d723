using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>core/v1 PersistentVolumeClaim: the fields that this project reads or writes.</summary>
public sealed record PersistentVolumeClaim : IResource<PersistentVolumeClaim>
{
    public static ResourceDefinition Definition { get; } = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced: true);

    public static JsonTypeInfo<PersistentVolumeClaim> JsonType => KubernetesJson.Default.PersistentVolumeClaim;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public PersistentVolumeClaimSpec? Spec { get; init; }

    public PersistentVolumeClaimStatus? Status { get; init; }
}

/// <summary>core/v1 PersistentVolumeClaimSpec.</summary>
public sealed record PersistentVolumeClaimSpec
{
    public IReadOnlyList<string>? AccessModes { get; init; }

    public ResourceRequirements? Resources { get; init; }

    public string? StorageClassName { get; init; }

    public string? VolumeName { get; init; }
}

/// <summary>core/v1 PersistentVolumeClaimStatus.</summary>
public sealed record PersistentVolumeClaimStatus
{
    /// <summary><c>Pending</c>, <c>Bound</c> or <c>Lost</c>.</summary>
    public string? Phase { get; init; }

    public IReadOnlyList<string>? AccessModes { get; init; }

    /// <summary>What there is, as quantities.</summary>
    public IReadOnlyDictionary<string, string>? Capacity { get; init; }
}
