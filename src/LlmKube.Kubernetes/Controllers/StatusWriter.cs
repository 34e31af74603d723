using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>Writes whole statuses by server-side apply, and only when they change something.</summary>
public static class StatusWriter
{
    /// <summary>Applies the status of <paramref name="wanted"/>, unless <paramref name="current"/> has it already.</summary>
    /// <returns>Whether something was written.</returns>
    public static async Task<bool> ApplyStatusAsync<T>(this KubernetesClient client, T current, T wanted, string fieldManager, CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        if (!Differs(current, wanted))
        {
            return false;
        }

        var status = StatusOf(wanted);

        var metadata = new JsonObject { ["name"] = current.Metadata.Name };
        if (T.Definition.Namespaced)
        {
            metadata["namespace"] = current.Metadata.Namespace;
        }

        // The uid makes a status that was decided for a deleted object a conflict for the one that took its name.
        if (current.Metadata.Uid is { } uid)
        {
            metadata["uid"] = uid;
        }

        var body = new JsonObject
        {
            ["apiVersion"] = T.Definition.ApiVersion,
            ["kind"] = T.Definition.Kind,
            ["metadata"] = metadata,
            ["status"] = status,
        };
        await client.Of(T.Definition).ApplyAsync(new DynamicObject(body), new ApplyOptions(fieldManager) { Subresource = "status" }, cancellationToken);
        return true;
    }

    /// <summary>Whether the two say something different; nulls, empty lists and the order of conditions do not count.</summary>
    public static bool Differs<T>(T current, T wanted)
        where T : class, IResource<T> => !JsonNode.DeepEquals(Canonical(StatusOf(current)), Canonical(StatusOf(wanted)));

    private static JsonObject StatusOf<T>(T resource)
        where T : class, IResource<T> =>
        JsonSerializer.SerializeToNode(resource, T.JsonType)?["status"] is JsonObject status ? (JsonObject)status.DeepClone() : [];

    /// <summary>Without what does not count: nulls, empty lists and objects, and the order of conditions.</summary>
    private static JsonNode? Canonical(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                var kept = fields.Select(field => (field.Key, Value: Canonical(field.Value))).Where(field => field.Value is not null);
                var result = new JsonObject(kept.Select(field => KeyValuePair.Create(field.Key, field.Value)));
                return result.Count == 0 ? null : result;
            case JsonArray items:
                var elements = items.Select(Canonical).ToList();
                if (elements.TrueForAll(element => element is JsonObject && element["type"] is JsonValue && element["status"] is JsonValue))
                {
                    elements.Sort((a, b) => string.CompareOrdinal(a?["type"]?.ToString(), b?["type"]?.ToString()));
                }

                return elements.Count == 0 ? null : new JsonArray([.. elements]);
            default:
                return node?.DeepClone();
        }
    }
}
