using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>keda.sh/v1alpha1 ScaledObject: changes the number of replicas with what KEDA measures.</summary>
public sealed record ScaledObject : IResource<ScaledObject>
{
    public static ResourceDefinition Definition { get; } = new("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects", Namespaced: true);

    public static JsonTypeInfo<ScaledObject> JsonType => KubernetesJson.Default.ScaledObject;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JsonElement? Spec { get; init; }
}
