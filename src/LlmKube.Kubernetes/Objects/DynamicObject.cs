using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LlmKube.Kubernetes.Objects;

/// <summary>A resource of any kind, held as the JSON it came as.</summary>
[JsonConverter(typeof(DynamicObjectConverter))]
public sealed class DynamicObject(JsonObject json) : IResource
{
    private readonly Lazy<ObjectMeta> _metadata = new(() =>
        json["metadata"] is JsonObject metadata
            ? metadata.Deserialize(KubernetesJson.Default.ObjectMeta) ?? new ObjectMeta()
            : new ObjectMeta());

    /// <summary>The object itself. Treat it as read-only once the resource is shared.</summary>
    public JsonObject Json { get; } = json;

    public string ApiVersion => (string?)Json["apiVersion"] ?? "";

    public string Kind => (string?)Json["kind"] ?? "";

    public ObjectMeta Metadata => _metadata.Value;
}

/// <summary>Reads and writes a <see cref="DynamicObject"/> as the JSON it holds.</summary>
internal sealed class DynamicObjectConverter : JsonConverter<DynamicObject>
{
    public override DynamicObject? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader) is JsonObject json ? new DynamicObject(json) : throw new JsonException("A resource must be a JSON object.");

    public override void Write(Utf8JsonWriter writer, DynamicObject value, JsonSerializerOptions options) => value.Json.WriteTo(writer);
}
