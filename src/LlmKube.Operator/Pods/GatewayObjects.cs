using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>
/// What publishes a service through a gateway for AI traffic (Envoy AI Gateway): where it is, which API it speaks, and which model of the
/// gateway it is. Pure.
/// </summary>
/// <param name="Backend">Where it is.</param>
/// <param name="ServiceBackend">Which API it speaks.</param>
/// <param name="Route">Which model it is.</param>
internal sealed record GatewayObjects(GatewayBackend Backend, AiServiceBackend ServiceBackend, AiGatewayRoute Route)
{
    /// <summary>The header into which the gateway puts the model of a request.</summary>
    private const string ModelHeader = "x-ai-eg-model";

    /// <summary>Null where it is not to be published.</summary>
    public static GatewayObjects? Of(InferenceService service)
    {
        if (service.Spec.Endpoint?.Gateway is not { Enabled: true, GatewayRef: { } gateway })
        {
            return null;
        }

        var (name, ns) = (service.Metadata.Name ?? "", service.Metadata.Namespace ?? "");
        var metadata = ChildMetadata.Of(service, ServiceNames.ServiceOf(name));
        return new GatewayObjects(
            new GatewayBackend { Metadata = metadata, Spec = PodJson.Of(BackendSpec(ServiceNames.HostOf(name, ns), Defaults.ServicePortOf(service.Spec))) },
            new AiServiceBackend { Metadata = metadata, Spec = PodJson.Of(ServiceBackendSpec(metadata.Name!)) },
            new AiGatewayRoute { Metadata = metadata, Spec = PodJson.Of(RouteSpec(metadata.Name!, ModelNameOf(service), gateway)) });
    }

    /// <summary>The model by which clients of the gateway ask for it.</summary>
    public static string ModelNameOf(InferenceService service) => service.Spec.Endpoint?.Gateway?.ModelName is { Length: > 0 } name ? name : service.Metadata.Name ?? "";

    private static JsonObject BackendSpec(string host, int port) => new()
    {
        ["endpoints"] = new JsonArray(new JsonObject { ["fqdn"] = new JsonObject { ["hostname"] = host, ["port"] = port } }),
    };

    private static JsonObject ServiceBackendSpec(string backend) => new()
    {
        ["schema"] = new JsonObject { ["name"] = "OpenAI" },
        ["backendRef"] = new JsonObject { ["name"] = backend, ["kind"] = GatewayBackend.Definition.Kind, ["group"] = GatewayBackend.Definition.Group },
    };

    private static JsonObject RouteSpec(string backend, string model, GatewayReference gateway)
    {
        var parent = new JsonObject { ["name"] = gateway.Name, ["kind"] = "Gateway", ["group"] = "gateway.networking.k8s.io" };
        if (gateway.Namespace is { Length: > 0 } ns)
        {
            parent["namespace"] = ns;
        }

        var match = new JsonObject { ["headers"] = new JsonArray(new JsonObject { ["type"] = "Exact", ["name"] = ModelHeader, ["value"] = model }) };
        return new JsonObject
        {
            ["parentRefs"] = new JsonArray(parent),
            ["rules"] = new JsonArray(new JsonObject { ["matches"] = new JsonArray(match), ["backendRefs"] = new JsonArray(new JsonObject { ["name"] = backend }) }),
        };
    }
}
