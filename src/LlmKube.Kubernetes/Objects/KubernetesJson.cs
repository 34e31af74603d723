using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LlmKube.Kubernetes.Objects;

/// <summary>The source-generated serialisation of this assembly's types: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(DynamicObject))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(JsonNode))]
public sealed partial class KubernetesJson : JsonSerializerContext;
