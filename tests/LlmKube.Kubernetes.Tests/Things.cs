using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Tests;

/// <summary>A kind of the tests, with a spec and a status.</summary>
internal sealed record Thing : IResource<Thing>
{
    public static ResourceDefinition Definition { get; } = new("test.llmkube.dev", "v1", "Thing", "things", Namespaced: true);

    public static JsonTypeInfo<Thing> JsonType => ThingJson.Default.Thing;

    public string ApiVersion { get; init; } = Definition.ApiVersion;

    public string Kind { get; init; } = Definition.Kind;

    public ObjectMeta Metadata { get; init; } = new();

    public ThingSpec? Spec { get; init; }

    public ThingStatus? Status { get; init; }

    /// <summary>One as a server would send it.</summary>
    internal static JsonObject Json(string name, string version, string? color = null, string? uid = null, Action<JsonObject>? with = null)
    {
        var thing = new JsonObject
        {
            ["apiVersion"] = Definition.ApiVersion,
            ["kind"] = Definition.Kind,
            ["metadata"] = new JsonObject { ["namespace"] = "ns", ["name"] = name, ["resourceVersion"] = version, ["uid"] = uid ?? $"uid-{name}", ["generation"] = 1 },
            ["spec"] = new JsonObject { ["color"] = color },
        };
        with?.Invoke(thing);
        return thing;
    }
}

internal sealed record ThingSpec
{
    public string? Color { get; init; }
}

internal sealed record ThingStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>A kind whose objects belong to things.</summary>
internal sealed record Part : IResource<Part>
{
    public static ResourceDefinition Definition { get; } = new("", "v1", "Part", "parts", Namespaced: true);

    public static JsonTypeInfo<Part> JsonType => ThingJson.Default.Part;

    public string ApiVersion { get; init; } = Definition.ApiVersion;

    public string Kind { get; init; } = Definition.Kind;

    public ObjectMeta Metadata { get; init; } = new();

    internal static JsonObject Json(string name, string version, string? owner, string ownerKind = "Thing", string? label = null) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Part",
        ["metadata"] = new JsonObject
        {
            ["namespace"] = "ns",
            ["name"] = name,
            ["resourceVersion"] = version,
            ["uid"] = $"uid-{name}",
            ["labels"] = label is null ? null : new JsonObject { ["for"] = label },
            ["ownerReferences"] = owner is null
                ? new JsonArray()
                : new JsonArray(new JsonObject { ["apiVersion"] = "test.llmkube.dev/v1", ["kind"] = ownerKind, ["name"] = owner, ["uid"] = $"uid-{owner}", ["controller"] = true }),
        },
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Thing))]
[JsonSerializable(typeof(Part))]
internal sealed partial class ThingJson : JsonSerializerContext;
