using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>pyrra.dev/v1alpha1 ServiceLevelObjective: what share of a service's answers must be good, which Pyrra turns into rules for Prometheus.</summary>
public sealed record ServiceLevelObjective : IResource<ServiceLevelObjective>
{
    public static ResourceDefinition Definition { get; } = new("pyrra.dev", "v1alpha1", "ServiceLevelObjective", "servicelevelobjectives", Namespaced: true);

    public static JsonTypeInfo<ServiceLevelObjective> JsonType => KubernetesJson.Default.ServiceLevelObjective;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JsonElement? Spec { get; init; }
}
