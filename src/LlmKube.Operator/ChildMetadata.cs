using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator;

/// <summary>The metadata of what stands for a service: labelled as its own, and gone when it goes. Pure.</summary>
internal static class ChildMetadata
{
    /// <summary>The metadata of one child.</summary>
    /// <param name="service">The owner.</param>
    /// <param name="name">The child's name, where it is not the owner's.</param>
    public static ObjectMeta Of(InferenceService service, string? name = null) => new()
    {
        Name = name ?? service.Metadata.Name ?? "",
        Namespace = service.Metadata.Namespace,
        Labels = Labels.OfReplicas(service.Metadata.Name ?? "", service.Spec.ModelRef, Defaults.RuntimeOf(service.Spec)),
        OwnerReferences = [service.AsControllerReference()],
    };
}
