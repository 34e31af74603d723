using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Storage;

/// <summary>One owner reference, as much of it as garbage collection reads.</summary>
internal sealed record OwnerLink(string ApiVersion, string Kind, string Name, string Uid, bool BlocksDeletion);

/// <summary>
/// One version of one object: compact UTF-8 JSON, ready to be sent, with the few facts that lists, selectors and the
/// garbage collector ask for. Immutable.
/// </summary>
internal sealed class StoredObject
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private StoredObject(StoreKey key, long revision, byte[] json, JsonObject parsed)
    {
        Key = key;
        Revision = revision;
        Json = json;
        ApiVersion = (string?)parsed["apiVersion"] ?? "";
        var metadata = parsed["metadata"] as JsonObject;
        Uid = (string?)metadata?["uid"] ?? "";
        Deleting = metadata?["deletionTimestamp"] is not null;
        Labels = ReadLabels(metadata);
        Owners = ReadOwners(metadata);
    }

    public StoreKey Key { get; }

    public long Revision { get; }

    /// <summary>The whole object, its resourceVersion included.</summary>
    public byte[] Json { get; }

    public string ApiVersion { get; }

    public string Uid { get; }

    public bool Deleting { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyList<OwnerLink> Owners { get; }

    /// <summary>A fresh tree that the caller may change.</summary>
    public JsonObject Parse() => (JsonObject)JsonNode.Parse(Json)!;

    /// <summary>Stamps <paramref name="revision"/> into <paramref name="source"/> and freezes it.</summary>
    public static StoredObject Freeze(StoreKey key, long revision, JsonObject source)
    {
        if (source["metadata"] is not JsonObject metadata)
        {
            metadata = [];
            source["metadata"] = metadata;
        }

        metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(key, revision, Serialize(source), source);
    }

    /// <summary>Takes an object back from the journal or a snapshot.</summary>
    public static StoredObject Thaw(StoreKey key, long revision, byte[] json) =>
        JsonNode.Parse(json) is JsonObject parsed
            ? new StoredObject(key, revision, json, parsed)
            : throw new InvalidDataException($"{key.Collection} '{key.Object}' at revision {revision} is not a JSON object.");

    public static byte[] Serialize(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, s_writing))
        {
            node.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static IReadOnlyDictionary<string, string> ReadLabels(JsonObject? metadata)
    {
        if (metadata?["labels"] is not JsonObject { Count: > 0 } labels)
        {
            return FrozenDictionary<string, string>.Empty;
        }

        var read = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            read[name] = value is JsonValue text && text.TryGetValue<string>(out var s) ? s : "";
        }

        return read;
    }

    private static IReadOnlyList<OwnerLink> ReadOwners(JsonObject? metadata)
    {
        if (metadata?["ownerReferences"] is not JsonArray { Count: > 0 } references)
        {
            return [];
        }

        return [.. references.OfType<JsonObject>().Select(reference => new OwnerLink(
            (string?)reference["apiVersion"] ?? "",
            (string?)reference["kind"] ?? "",
            (string?)reference["name"] ?? "",
            (string?)reference["uid"] ?? "",
            (bool?)reference["blockOwnerDeletion"] ?? false))];
    }
}
