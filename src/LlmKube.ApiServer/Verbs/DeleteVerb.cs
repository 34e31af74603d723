using System.Text.Json.Nodes;
using LlmKube.ApiServer.Collection;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Verbs;

/// <summary>DELETE of one object, or of all that a selector matches.</summary>
internal sealed class DeleteVerb(ServerContext server, ListVerb lists, WriteChecks checks)
{
    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var options = await DeletionOptions.ReadAsync(request);
        var (gone, tree) = await DeleteAsync(request, request.Key, options);
        await (gone
            ? request.Http.SendAsync(Failures.Success(request.Collection, request.Name, MetadataFields.Text(tree, "uid") ?? ""))
            : GetVerb.SendTreeAsync(request, form, 200, tree));
    }

    public async Task HandleCollectionAsync(ResourceRequest request)
    {
        var options = await DeletionOptions.ReadAsync(request);
        var page = lists.Read(request);
        var deleted = new JsonArray();
        foreach (var stored in page.Items)
        {
            try
            {
                var (_, tree) = await DeleteAsync(request, stored.Key, options);
                deleted.Add((JsonNode)tree);
            }
            catch (RequestFailure e) when (e.Code == 404)
            {
                // Somebody else was faster, and it is gone as was asked.
            }
        }

        await request.Http.SendAsync(200, new JsonObject
        {
            ["kind"] = request.Kind.ListKind,
            ["apiVersion"] = request.Definition.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = page.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            ["items"] = deleted,
        });
    }

    /// <summary>Deletes one object; says whether it is gone, and what it was or now is.</summary>
    public async Task<(bool Gone, JsonObject Tree)> DeleteAsync(ResourceRequest request, StoreKey key, DeletionOptions options)
    {
        while (true)
        {
            var stored = server.Store.State.Find(key) ?? throw Failures.NotFound(request.Collection, key.Object.Name);
            options.Check(request, stored);
            var live = ObjectView.Tree(stored, request.Kind);
            checks.AdmitDeletion(request, live);
            var marked = Deletion.Mark(live, options.PropagationPolicy, Generations.Tracks(request.Kind), server.Time.GetUtcNow());
            if (options.DryRun || (marked is not null && Sameness.IsSame(live, marked)))
            {
                return (marked is null, marked ?? live);
            }

            switch (await server.Store.CommitAsync(new StoreWrite(key, marked, stored.Revision)))
            {
                case CommitOutcome.Committed:
                    return (marked is null, marked ?? live);
                case CommitOutcome.Refused refused:
                    throw Failures.NotStored(refused);
            }
        }
    }
}
