using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;

namespace LlmKube.TestKit;

/// <summary>The resource definitions of what the operator works with where it is there (Envoy AI Gateway, KEDA, Pyrra), as far as a test needs them: any spec and any status.</summary>
public static class OtherDefinitions
{
    public static IReadOnlyList<JsonObject> All { get; } = [Of(ServiceLevelObjective.Definition), Of(GatewayBackend.Definition), Of(AiServiceBackend.Definition), Of(AiGatewayRoute.Definition)];

    /// <summary>KEDA's, which takes autoscaling over where it is.</summary>
    public static JsonObject Keda => Of(ScaledObject.Definition);

    /// <summary>KubeAI's, whose Models the operator serves where it is told to.</summary>
    public static JsonObject KubeAi => Of(new ResourceDefinition("kubeai.org", "v1", "Model", "models", Namespaced: true));

    private static JsonObject Of(ResourceDefinition definition) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = definition.QualifiedPlural },
        ["spec"] = new JsonObject
        {
            ["group"] = definition.Group,
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject { ["plural"] = definition.Plural, ["singular"] = definition.Kind.ToLowerInvariant(), ["kind"] = definition.Kind, ["listKind"] = $"{definition.Kind}List" },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = definition.Version,
                ["served"] = true,
                ["storage"] = true,
                ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } },
            }),
        },
    };
}
