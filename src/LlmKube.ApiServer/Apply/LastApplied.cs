using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>kubectl's client-side apply keeps what it applied in an annotation; moving on to server-side apply must not conflict with it.</summary>
internal static class LastApplied
{
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Only kubectl's own manager migrates; with another name a user opts out.</summary>
    public const string Manager = "kubectl";

    /// <summary>The object that was last applied on the client's side, or null.</summary>
    public static JsonObject? Read(JsonObject? live)
    {
        if (Text(live) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps the annotation, where there is one, in step with a server-side apply, so that a later client-side apply knows it.</summary>
    public static void Sync(JsonObject merged, JsonObject applied)
    {
        if (Text(merged) is null)
        {
            return;
        }

        var copy = (JsonObject)applied.DeepClone();
        if (copy["metadata"] is JsonObject metadata)
        {
            metadata.Remove(ManagedFieldsJson.Member);
            (metadata["annotations"] as JsonObject)?.Remove(Annotation);
        }

        if (!JsonNode.DeepEquals(Read(merged), copy))
        {
            merged["metadata"]!["annotations"]![Annotation] = copy.ToJsonString() + "\n";
        }
    }

    private static string? Text(JsonObject? value) =>
        value?["metadata"]?["annotations"] is JsonObject annotations && annotations[Annotation] is JsonValue annotation && annotation.TryGetValue<string>(out var text)
            ? text
            : null;
}
