using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Verbs;

/// <summary>The fields of <c>metadata</c> that the server sets and clients cannot.</summary>
internal static class MetadataFields
{
    /// <summary>Kubernetes' suffix alphabet: no vowels, so that no words come out, and no look-alikes.</summary>
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private const int SuffixLength = 5;
    private const int MaxGeneratedPrefix = 63 - SuffixLength;

    private static readonly string[] s_kept = ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion"];

    public static JsonObject Of(JsonObject tree)
    {
        if (tree["metadata"] is JsonObject metadata)
        {
            return metadata;
        }

        metadata = [];
        tree["metadata"] = metadata;
        return metadata;
    }

    public static string? Text(JsonObject tree, string field) => (tree["metadata"] as JsonObject)?[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string Generate(string prefix)
    {
        var head = prefix.Length > MaxGeneratedPrefix ? prefix[..MaxGeneratedPrefix] : prefix;
        return head + RandomNumberGenerator.GetString(SuffixAlphabet, SuffixLength);
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What a new object gets, whatever the client sent.</summary>
    public static void Begin(JsonObject tree, bool tracksGeneration, DateTimeOffset now)
    {
        var metadata = Of(tree);
        foreach (var field in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion"])
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(now);
        if (tracksGeneration)
        {
            metadata["generation"] = 1;
        }
    }

    /// <summary>Puts back what an update cannot change.</summary>
    public static void Keep(JsonObject live, JsonObject updated)
    {
        var before = Of(live);
        var after = Of(updated);
        after.Remove("selfLink");
        foreach (var field in s_kept)
        {
            if (before[field] is { } value)
            {
                after[field] = value.DeepClone();
            }
            else
            {
                after.Remove(field);
            }
        }
    }

    public static IReadOnlyList<string> Finalizers(JsonObject tree) =>
        (tree["metadata"] as JsonObject)?["finalizers"] is JsonArray finalizers ? [.. finalizers.OfType<JsonValue>().Select(value => (string?)value ?? "")] : [];

    public static void SetFinalizers(JsonObject tree, IReadOnlyCollection<string> finalizers)
    {
        if (finalizers.Count == 0)
        {
            Of(tree).Remove("finalizers");
        }
        else
        {
            Of(tree)["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode?)finalizer)]);
        }
    }

    /// <summary>Whether nothing holds an object back that is being deleted; a namespace has finalizers in its spec, too.</summary>
    public static bool IsFree(JsonObject tree) =>
        Finalizers(tree).Count == 0
        && ((string?)tree["kind"] != "Namespace" || (tree["spec"] as JsonObject)?["finalizers"] is not JsonArray { Count: > 0 });
}
