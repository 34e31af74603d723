using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Verbs;

/// <summary>Shows a stored object in the version that was asked for. Versions differ in their name only (conversion None).</summary>
internal static class ObjectView
{
    public static ReadOnlyMemory<byte> Bytes(StoredObject stored, ServedKind kind) =>
        stored.ApiVersion == kind.Definition.ApiVersion ? stored.Json : StoredObject.Serialize(Tree(stored, kind));

    public static JsonObject Tree(StoredObject stored, ServedKind kind)
    {
        var tree = stored.Parse();
        tree["apiVersion"] = kind.Definition.ApiVersion;
        return tree;
    }

    /// <summary>meta.k8s.io/v1 PartialObjectMetadata of an object.</summary>
    public static JsonObject Metadata(JsonObject tree) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = tree["metadata"]?.DeepClone(),
    };
}
