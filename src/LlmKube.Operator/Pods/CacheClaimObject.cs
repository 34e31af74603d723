using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>A claim that the operator makes for a model store. Pure.</summary>
internal static class CacheClaimObject
{
    public const string Component = "model-cache";

    /// <summary>The claim. A shared one has no owner: models outlive the services that had them fetched.</summary>
    public static PersistentVolumeClaim Of(CacheClaim claim, string ns, InferenceService? service, CacheSettings settings) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = claim.Name,
            Namespace = ns,
            Labels = LabelsOf(claim, service),
            OwnerReferences = claim.OwnedByService && service is not null ? [service.AsControllerReference()] : null,
        },
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = [claim.AccessMode],
            StorageClassName = string.IsNullOrEmpty(settings.StorageClass) ? null : settings.StorageClass,
            Resources = new ResourceRequirements { Requests = new Dictionary<string, string>(StringComparer.Ordinal) { ["storage"] = settings.Size } },
        },
    };

    private static Dictionary<string, string> LabelsOf(CacheClaim claim, InferenceService? service)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Labels.AppName] = "llmkube",
            [Labels.AppComponent] = Component,
            [Labels.AppManagedBy] = "llmkube-controller",
        };
        if (claim.OwnedByService && service is not null)
        {
            labels[Labels.InferenceService] = service.Metadata.Name ?? "";
        }

        return labels;
    }
}
