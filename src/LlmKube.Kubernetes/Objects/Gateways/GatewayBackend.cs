using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Gateways;

/// <summary>gateway.envoyproxy.io/v1alpha1 Backend: where a gateway finds a service.</summary>
public sealed record GatewayBackend : IResource<GatewayBackend>
{
    public static ResourceDefinition Definition { get; } = new("gateway.envoyproxy.io", "v1alpha1", "Backend", "backends", Namespaced: true);

    public static JsonTypeInfo<GatewayBackend> JsonType => KubernetesJson.Default.GatewayBackend;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JsonElement? Spec { get; init; }
}
