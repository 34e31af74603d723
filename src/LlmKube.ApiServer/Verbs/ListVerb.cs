using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Selectors;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Verbs;

/// <summary>GET of a collection, whole or in pages that all show one moment.</summary>
internal sealed class ListVerb(ServerContext server)
{
    public Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var page = Read(request);
        return form == AnswerForm.Object ? SendObjectsAsync(request, page) : request.Http.SendAsync(200, Shaped(request, form, page));
    }

    /// <summary>The newest state's objects that a request names.</summary>
    public Page Read(ResourceRequest request)
    {
        var (state, after) = Begin(request.Query);
        var filter = ObjectFilter.Read(request);
        var matching = filter.Select(state, after);
        if (request.Query.Limit is not { } limit)
        {
            return new Page(state.Revision, [.. matching], null, null);
        }

        var items = matching.Take(limit + 1).ToList();
        if (items.Count <= limit)
        {
            return new Page(state.Revision, items, null, null);
        }

        items.RemoveAt(limit);
        server.Pages.Keep(state);
        var last = items[^1].Key.Object;
        var remaining = filter.HasSelectors ? (long?)null : filter.Select(state, last).LongCount();
        return new Page(state.Revision, items, new ContinueToken(state.Revision, last).ToString(), remaining);
    }

    /// <summary>A revision from a request; zero for none and for "any".</summary>
    public static long ReadRevision(string? text) => text switch
    {
        null => 0,
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) => revision,
        _ => throw Failures.BadRequest($"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"),
    };

    private (StoreState State, ObjectKey? After) Begin(RequestQuery query)
    {
        var newest = server.Store.State;
        if (query.Continue is { } text)
        {
            var token = ContinueToken.Read(text);
            if (token.Revision == 0)
            {
                return (newest, token.After);
            }

            var state = server.Pages.FindState(token.Revision)
                ?? throw Failures.ExpiredContinue(new ContinueToken(0, token.After).ToString());
            return (state, token.After);
        }

        var revision = ReadRevision(query.ResourceVersion);
        if (query.ResourceVersionMatch is not null && query.ResourceVersion is null)
        {
            throw Failures.BadRequest("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        if (revision > newest.Revision)
        {
            throw Failures.TooLargeResourceVersion(revision, newest.Revision);
        }

        if (query.ResourceVersionMatch != "Exact")
        {
            return (newest, null);
        }

        if (revision == 0)
        {
            throw Failures.BadRequest("resourceVersionMatch: Forbidden: resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
        }

        return revision == newest.Revision
            ? (newest, null)
            : (server.Pages.FindState(revision) ?? throw new RequestFailure(Failures.ExpiredStatus(revision, newest.Revision)), null);
    }

    private static async Task SendObjectsAsync(ResourceRequest request, Page page)
    {
        var response = request.Http.Response;
        response.StatusCode = 200;
        response.ContentType = Answers.Json;
        response.Headers.CacheControl = "no-cache, private";
        var head = new JsonObject
        {
            ["kind"] = request.Kind.Definition.Kind + "List",
            ["apiVersion"] = request.Definition.ApiVersion,
            ["metadata"] = Metadata(page),
        };
        var writer = response.BodyWriter;
        Encoding.UTF8.GetBytes(head.ToJsonString().AsSpan()[..^1], writer);
        Encoding.UTF8.GetBytes(",\"items\":[", writer);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
            {
                Encoding.UTF8.GetBytes(",", writer);
            }

            await writer.WriteAsync(ObjectView.Bytes(page.Items[i], request.Kind), request.Aborted);
        }

        Encoding.UTF8.GetBytes("]}\n", writer);
        await writer.FlushAsync(request.Aborted);
    }

    private static JsonObject Shaped(ResourceRequest request, AnswerForm form, Page page)
    {
        var trees = page.Items.Select(item => ObjectView.Tree(item, request.Kind)).ToList();
        if (form == AnswerForm.Metadata)
        {
            return new JsonObject
            {
                ["kind"] = "PartialObjectMetadataList",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = Metadata(page),
                ["items"] = new JsonArray([.. trees.Select(ObjectView.Metadata)]),
            };
        }

        return TableView.Of(request, trees, Metadata(page), isWatchRow: false);
    }

    private static JsonObject Metadata(Page page)
    {
        var metadata = new JsonObject { ["resourceVersion"] = page.Revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
        {
            metadata["continue"] = page.Continue;
        }

        if (page.Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }

        return metadata;
    }
}

/// <summary>Some objects of one moment, and how to get the rest.</summary>
internal sealed record Page(long Revision, IReadOnlyList<StoredObject> Items, string? Continue, long? Remaining);
