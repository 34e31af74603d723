using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Verbs;

/// <summary>The scale subresource: autoscaling/v1 Scale as a window on the object's replica fields.</summary>
internal sealed class ScaleVerb(ServerContext server, ObjectWriter writer)
{
    public Task GetAsync(ResourceRequest request)
    {
        var stored = server.Store.State.Find(request.Key) ?? throw Failures.NotFound(request.Collection, request.Name);
        return request.Http.SendAsync(200, ScaleOf(stored.Parse(), Paths(request)));
    }

    public async Task PutAsync(ResourceRequest request)
    {
        var body = await request.ReadObjectAsync();
        await WriteAsync(request, _ => body);
    }

    public async Task PatchAsync(ResourceRequest request)
    {
        var patch = await PatchVerb.ReadPatchAsync(request);
        await WriteAsync(request, scale => patch((JsonObject)scale.DeepClone()));
    }

    private async Task WriteAsync(ResourceRequest request, Func<JsonObject, JsonObject> change)
    {
        var paths = Paths(request);
        var whole = request with { Path = request.Path with { Subresource = null } };
        try
        {
            var written = await writer.UpdateAsync(
                whole,
                live =>
                {
                    var wanted = change(ScaleOf(live, paths));
                    var updated = (JsonObject)live.DeepClone();
                    JsonPaths.Set(updated, paths.SpecReplicasPath, Replicas(request, wanted));
                    if (MetadataFields.Text(wanted, "resourceVersion") is { Length: > 0 } revision)
                    {
                        MetadataFields.Of(updated)["resourceVersion"] = revision;
                    }

                    return updated;
                },
                (live, tree) => writer.RecordUpdate(request, live, tree));
            await request.Http.SendAsync(200, ScaleOf(written.Object, paths));
        }
        catch (PatchException e)
        {
            throw PatchVerb.Failed(request, e);
        }
    }

    private static int Replicas(ResourceRequest request, JsonObject scale)
    {
        var replicas = (scale["spec"] as JsonObject)?["replicas"];
        if (replicas is null)
        {
            return 0;
        }

        if (replicas is JsonValue value && value.TryGetValue<int>(out var count) && count >= 0)
        {
            return count;
        }

        throw Failures.Invalid("autoscaling", "Scale", request.Name, [Finding.Invalid("spec.replicas", replicas, "must be greater than or equal to 0").ToCause()]);
    }

    private static ScalePaths Paths(ResourceRequest request) => request.Kind.Scale ?? throw Failures.NoSuchResource();

    private static JsonObject ScaleOf(JsonObject tree, ScalePaths paths)
    {
        var metadata = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (MetadataFields.Of(tree)[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = JsonPaths.Find(tree, paths.StatusReplicasPath)?.DeepClone() ?? 0 };
        if (paths.LabelSelectorPath is { } path && Selector(JsonPaths.Find(tree, path)) is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = JsonPaths.Find(tree, paths.SpecReplicasPath)?.DeepClone() ?? 0 },
            ["status"] = status,
        };
    }

    /// <summary>A selector in its text form: custom resources hold it so, workloads as matchLabels.</summary>
    private static string? Selector(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonObject { Count: > 0 } structured when structured["matchLabels"] is JsonObject labels =>
            string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")),
        _ => null,
    };
}
