using System.Text.Json;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>A place that changed.</summary>
/// <param name="Container">The bucket of an object store; null for a registry.</param>
/// <param name="Path">The object's key, or the repository of a registry.</param>
internal sealed record ChangedPlace(string? Container, string Path);

/// <summary>
/// Reads what object stores and registries send when something in them changes: S3's event records (AWS, MinIO, Ceph, SeaweedFS), the
/// notifications of the CNCF Distribution registry, and Harbor's webhooks. Pure.
/// </summary>
internal static class ChangedPlaces
{
    /// <summary>The places that a message names; none of a message that is none of these.</summary>
    public static IReadOnlyList<ChangedPlace> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. Objects(document.RootElement).Concat(Artifacts(document.RootElement)).Distinct()];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Whether a change there may be one of the repository.</summary>
    public static bool Concern(ModelRepositorySpec spec, ChangedPlace place)
    {
        var prefix = spec.Prefix?.Trim('/') is { Length: > 0 } below ? below + "/" : "";
        return place.Path.StartsWith(prefix, StringComparison.Ordinal) && spec.Type switch
        {
            RepositoryTypes.S3 => place.Container == spec.Bucket,
            RepositoryTypes.Oci => place.Container is null,
            _ => false,
        };
    }

    /// <summary><c>Records[].s3</c>; keys are encoded as in a form.</summary>
    private static IEnumerable<ChangedPlace> Objects(JsonElement message) =>
        from record in Items(message, "Records")
        let s3 = Find(record, "s3")
        let bucket = Text(Find(Find(s3, "bucket"), "name"))
        let key = Text(Find(Find(s3, "object"), "key"))
        where bucket is not null && key is not null
        select new ChangedPlace(bucket, Uri.UnescapeDataString(key.Replace('+', ' ')));

    /// <summary><c>events[].target.repository</c> of Distribution, <c>event_data.repository.repo_full_name</c> of Harbor.</summary>
    private static IEnumerable<ChangedPlace> Artifacts(JsonElement message) =>
        Items(message, "events").Select(one => Find(Find(one, "target"), "repository"))
            .Append(Find(Find(Find(message, "event_data"), "repository"), "repo_full_name"))
            .Select(Text).OfType<string>().Select(repository => new ChangedPlace(null, repository));

    private static JsonElement Find(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;

    private static string? Text(JsonElement element) => element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text ? text : null;
}
