using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Schemas;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Verbs;

/// <summary>PATCH: JSON patch, JSON merge patch, strategic merge patch and server-side apply.</summary>
internal sealed class PatchVerb(ServerContext server, ObjectWriter writer)
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";
    private const string ServedTypes = $"{Json}, {Merge}, {Strategic}, {Apply}";

    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var written = RequestBody.TypeOf(request.Http.Request) == Apply
            ? await ApplyAsync(request)
            : await PatchAsync(request, await ReadPatchAsync(request));
        await GetVerb.SendTreeAsync(request, form, written.Created ? 201 : 200, written.Object);
    }

    /// <summary>The patch as a function from an object to the patched one.</summary>
    public static async Task<Func<JsonObject, JsonObject>> ReadPatchAsync(ResourceRequest request)
    {
        var type = RequestBody.TypeOf(request.Http.Request);
        if (type is not (Json or Merge or Strategic) || (type == Strategic && !request.Kind.IsBuiltIn))
        {
            throw Failures.UnsupportedMediaType(type, request.Kind.IsBuiltIn ? ServedTypes : $"{Json}, {Merge}, {Apply}");
        }

        if (request.Query.Force is not null)
        {
            throw Failures.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
        }

        var body = RequestBody.Parse(await RequestBody.ReadAsync(request.Http.Request, request.Aborted), yaml: false);
        if (type == Json)
        {
            var operations = body as JsonArray ?? throw Failures.BadRequest("a JSON patch must be an array of operations");
            return target => JsonPatch.Apply(target, operations) as JsonObject
                ?? throw Failures.BadRequest("the patch leaves no object behind");
        }

        var patch = body as JsonObject ?? throw Failures.BadRequest("the patch must be an object");
        return type == Merge
            ? target => MergePatch.Apply(target, patch)
            : target => StrategicMergePatch.Apply(target, patch, request.Kind.Schema);
    }

    public static RequestFailure Failed(ResourceRequest request, PatchException e) => e.Failure switch
    {
        PatchFailure.BadRequest => Failures.BadRequest(e.Message),
        PatchFailure.RequestEntityTooLarge => new RequestFailure(Failures.TooLarge(RequestBody.MaxBytes).Status with { Message = e.Message }),
        _ => Failures.Invalid(request.Definition.Group, request.Definition.Kind, request.Name,
            [new StatusCause { Reason = "FieldValueInvalid", Field = "patch", Message = e.Message }]),
    };

    private async Task<Written> PatchAsync(ResourceRequest request, Func<JsonObject, JsonObject> patch)
    {
        try
        {
            return await writer.UpdateAsync(request, live => patch((JsonObject)live.DeepClone()), (live, tree) => writer.RecordUpdate(request, live, tree));
        }
        catch (PatchException e)
        {
            throw Failed(request, e);
        }
    }

    private async Task<Written> ApplyAsync(ResourceRequest request)
    {
        if (request.Query.FieldManager is null)
        {
            throw Failures.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        var applied = await request.ReadObjectAsync();
        WriteChecks.Identify(request, applied);
        MetadataFields.Of(applied)["name"] ??= request.Name;

        // Before the merge: afterwards nobody could own them.
        request.TellStrayFields(ObjectRules.Prune(request.Kind, applied));
        try
        {
            return await ApplyAsync(request, applied);
        }
        catch (PatchException e)
        {
            throw Failed(request, e);
        }
    }

    private async Task<Written> ApplyAsync(ResourceRequest request, JsonObject applied)
    {
        while (true)
        {
            try
            {
                return server.Store.State.Find(request.Key) is null && request.Subresource is null
                    ? await CreateAsync(request, applied)
                    : await writer.UpdateAsync(request, live => Merged(request, live, applied), (_, tree) => tree);
            }
            catch (RequestFailure e) when (WasOvertaken(e, request))
            {
                // Somebody created or deleted the object in between: apply means both, so look again.
            }
        }
    }

    private static bool WasOvertaken(RequestFailure failure, ResourceRequest request) =>
        request.Subresource is null
        && MetadataNamesObject(failure, request)
        && (failure.Status.Reason == "AlreadyExists" || failure.Status.Reason == "NotFound");

    private static bool MetadataNamesObject(RequestFailure failure, ResourceRequest request) =>
        failure.Status.Details is { } details && details.Name == request.Name && details.Kind == request.Definition.Plural;

    private async Task<Written> CreateAsync(ResourceRequest request, JsonObject applied)
    {
        var merged = Outcome(ServerSideApply.Apply(null, applied, writer.Context(request)));
        if (MetadataFields.Text(applied, "name") != request.Name)
        {
            throw Failures.BadRequest($"the name of the object ({MetadataFields.Text(applied, "name")}) does not match the name on the URL ({request.Name})");
        }

        if (!string.IsNullOrEmpty(MetadataFields.Text(applied, "uid")))
        {
            throw Failures.Conflict(request.Collection, request.Name, "uid mismatch: the provided object specified uid "
                + $"{MetadataFields.Text(applied, "uid")}, and no existing object was found");
        }

        return await writer.CreateAsync(request, merged, tree => tree);
    }

    private JsonObject Merged(ResourceRequest request, JsonObject live, JsonObject applied)
    {
        var merged = Outcome(ServerSideApply.Apply(live, applied, writer.Context(request)));
        var revision = MetadataFields.Text(applied, "resourceVersion");
        if (!string.IsNullOrEmpty(revision) && revision != MetadataFields.Text(live, "resourceVersion"))
        {
            throw Failures.Modified(request.Collection, request.Name);
        }

        return merged;
    }

    private static JsonObject Outcome(ApplyOutcome outcome) => outcome switch
    {
        ApplyOutcome.Applied applied => applied.Object,
        ApplyOutcome.Conflicts conflicts => throw Failures.ApplyConflict(conflicts.Message, conflicts.Causes),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
