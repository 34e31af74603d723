using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Gateways;

/// <summary>aigateway.envoyproxy.io/v1beta1 AIServiceBackend: which API a backend speaks.</summary>
public sealed record AiServiceBackend : IResource<AiServiceBackend>
{
    public static ResourceDefinition Definition { get; } = new("aigateway.envoyproxy.io", "v1beta1", "AIServiceBackend", "aiservicebackends", Namespaced: true);

    public static JsonTypeInfo<AiServiceBackend> JsonType => KubernetesJson.Default.AiServiceBackend;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JsonElement? Spec { get; init; }
}
