using LlmKube.Kubernetes.Objects;

namespace LlmKube.Resources;

/// <summary>What an object is tried beside, as <see cref="Annotations.CanaryOf"/> says.</summary>
public static class CanaryMark
{
    /// <summary>The object of the same kind and namespace; null for one that is no trial.</summary>
    public static ObjectKey? TriedBeside(IResource resource) =>
        resource.Metadata.Annotations?.GetValueOrDefault(Annotations.CanaryOf) is { Length: > 0 } name ? new ObjectKey(resource.Metadata.Namespace ?? "", name) : null;
}
