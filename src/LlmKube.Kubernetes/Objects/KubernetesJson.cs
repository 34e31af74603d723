using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;

namespace LlmKube.Kubernetes.Objects;

/// <summary>The source-generated serialisation of this assembly's types: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(EndpointSlice))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(PodTemplateSpec))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(HorizontalPodAutoscaler))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(ServiceLevelObjective))]
[JsonSerializable(typeof(ScaledObject))]
[JsonSerializable(typeof(GatewayBackend))]
[JsonSerializable(typeof(AiServiceBackend))]
[JsonSerializable(typeof(AiGatewayRoute))]
[JsonSerializable(typeof(PartialObjectMetadata))]
[JsonSerializable(typeof(DynamicObject))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(JsonNode))]
public sealed partial class KubernetesJson : JsonSerializerContext;
