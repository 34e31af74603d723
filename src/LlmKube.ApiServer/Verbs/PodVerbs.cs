using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Verbs;

/// <summary>What only pods have: their logs, and eviction.</summary>
internal sealed class PodVerbs(ServerContext server, DeleteVerb deletes)
{
    public async Task LogAsync(ResourceRequest request)
    {
        var stored = server.Store.State.Find(request.Key) ?? throw Failures.NotFound(request.Collection, request.Name);
        var query = ReadLogQuery(request, ContainersOf(stored.Parse()));
        var response = request.Http.Response;
        response.ContentType = "text/plain";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, server.Stopping);
        try
        {
            if (server.PodLogs is null || !await server.PodLogs.WriteAsync(request.Key.Object, query, response.Body, ending.Token))
            {
                if (!response.HasStarted)
                {
                    throw Failures.BadRequest(
                        $"{(query.Previous ? "previous terminated " : "")}container \"{query.Container}\" in pod \"{request.Name}\" not found: there is no log of it on this machine");
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or the server stops: that is how following a log ends.
        }
    }

    public async Task EvictAsync(ResourceRequest request)
    {
        var options = await DeletionOptions.ReadAsync(request);
        await deletes.DeleteAsync(request with { Path = request.Path with { Subresource = null } }, request.Key, options);
        await request.Http.SendAsync(new Status { Metadata = new ListMeta(), Outcome = "Success", Code = 201 });
    }

    private PodLogQuery ReadLogQuery(ResourceRequest request, List<string> containers)
    {
        var query = request.Http.Request.Query;
        var container = Text(query, "container");
        if (container is null && containers.Count > 1)
        {
            throw Failures.BadRequest(
                $"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', containers)}]");
        }

        if (container is not null && !containers.Contains(container, StringComparer.Ordinal))
        {
            throw Failures.BadRequest($"container {container} is not valid for pod {request.Name}");
        }

        DateTimeOffset? since = Number(query, "sinceSeconds") is { } seconds ? server.Time.GetUtcNow().AddSeconds(-seconds) : null;
        if (Text(query, "sinceTime") is { } text)
        {
            since = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw Failures.BadRequest($"the parameter sinceTime must be a time, not \"{text}\"");
        }

        return new PodLogQuery
        {
            Container = container ?? (containers.Count > 0 ? containers[0] : null),
            Follow = Flag(query, "follow"),
            Previous = Flag(query, "previous"),
            Timestamps = Flag(query, "timestamps"),
            TailLines = Number(query, "tailLines") is { } lines ? (int)Math.Clamp(lines, 0, int.MaxValue) : null,
            LimitBytes = Number(query, "limitBytes"),
            Since = since,
        };
    }

    private static List<string> ContainersOf(JsonObject pod) =>
        [.. ((pod["spec"] as JsonObject)?["containers"] as JsonArray ?? []).OfType<JsonObject>().Select(container => (string?)container["name"] ?? "")];

    private static string? Text(IQueryCollection query, string name) => query.TryGetValue(name, out var values) && values[0] is { Length: > 0 } text ? text : null;

    private static bool Flag(IQueryCollection query, string name) => Text(query, name) is "true" or "1";

    private static long? Number(IQueryCollection query, string name) => Text(query, name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) => number,
        var other => throw Failures.BadRequest($"the parameter {name} must be a number, not \"{other}\""),
    };
}
