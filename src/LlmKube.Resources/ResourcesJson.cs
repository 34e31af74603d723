using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources;

/// <summary>The source-generated serialisation of this assembly's resources: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Model))]
[JsonSerializable(typeof(InferenceService))]
[JsonSerializable(typeof(ModelRepository))]
[JsonSerializable(typeof(FetchStatus))]
[JsonSerializable(typeof(StoredModelNote))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
public sealed partial class ResourcesJson : JsonSerializerContext;
