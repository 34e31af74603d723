using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Gateways;

/// <summary>aigateway.envoyproxy.io/v1beta1 AIGatewayRoute: which model of a gateway is which backend.</summary>
public sealed record AiGatewayRoute : IResource<AiGatewayRoute>
{
    public static ResourceDefinition Definition { get; } = new("aigateway.envoyproxy.io", "v1beta1", "AIGatewayRoute", "aigatewayroutes", Namespaced: true);

    public static JsonTypeInfo<AiGatewayRoute> JsonType => KubernetesJson.Default.AiGatewayRoute;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JsonElement? Spec { get; init; }

    public AiGatewayRouteStatus? Status { get; init; }
}

/// <summary>aigateway.envoyproxy.io/v1beta1 AIGatewayRouteStatus.</summary>
public sealed record AiGatewayRouteStatus
{
    /// <summary><c>Accepted</c> says whether the gateway took the route.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
