using System.Security.Cryptography;
using System.Text.Json;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>The Deployment of a service. Pure.</summary>
internal static class DeploymentObject
{
    public const string Recreate = "Recreate";
    public const string RollingUpdate = "RollingUpdate";
    private const int HashBytes = 8;

    /// <summary>The Deployment as it shall be.</summary>
    /// <param name="service">What is declared.</param>
    /// <param name="model">Its model.</param>
    /// <param name="template">The pods.</param>
    /// <param name="replicas">How many; null leaves the number to whoever set it last.</param>
    public static Deployment Of(InferenceService service, Model model, PodTemplateSpec template, int? replicas)
    {
        return new Deployment
        {
            Metadata = ChildMetadata.Of(service) with
            {
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.DesiredTemplateHash] = HashOf(template) },
            },
            Spec = new DeploymentSpec
            {
                Replicas = replicas,
                RevisionHistoryLimit = service.Spec.RevisionHistoryLimit,
                Selector = new LabelSelector { MatchLabels = Labels.SelectorOf(service.Metadata.Name ?? "") },
                Strategy = StrategyOf(service, model),
                Template = template,
            },
        };
    }

    /// <summary>
    /// Where replicas hold GPUs, a new pod can only come when an old one has gone: one alone is recreated, several go one after the
    /// other, so that neither a single GPU nor a full node can hold an update up for ever.
    /// </summary>
    private static DeploymentStrategy StrategyOf(InferenceService service, Model model)
    {
        if (!GpuRequest.Of(service.Spec, model.Spec).HasGpu)
        {
            return new DeploymentStrategy { Type = RollingUpdate };
        }

        return service.Spec.Autoscaling is null && Defaults.ReplicasOf(service.Spec) <= 1
            ? new DeploymentStrategy { Type = Recreate }
            : new DeploymentStrategy { Type = RollingUpdate, RollingUpdate = new RollingUpdateDeployment { MaxSurge = new IntOrString(0), MaxUnavailable = new IntOrString(1) } };
    }

    private static string HashOf(PodTemplateSpec template) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(template, KubernetesJson.Default.PodTemplateSpec)).AsSpan(0, HashBytes));
}
