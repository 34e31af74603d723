using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Verbs;

/// <summary>meta/v1 DeleteOptions, from the body and the query.</summary>
internal sealed record DeletionOptions(string? PropagationPolicy, string? Uid, string? ResourceVersion, bool DryRun)
{
    public static async Task<DeletionOptions> ReadAsync(ResourceRequest request)
    {
        var bytes = await RequestBody.ReadAsync(request.Http.Request, request.Aborted);
        var type = RequestBody.TypeOf(request.Http.Request);
        if (bytes.Length > 0 && type is not ("application/json" or "application/yaml" or ""))
        {
            throw Failures.UnsupportedMediaType(type, "application/json, application/yaml");
        }

        var body = bytes.Length == 0 ? [] : RequestBody.Parse(bytes, type == "application/yaml") as JsonObject ?? [];
        var preconditions = body["preconditions"] as JsonObject;
        var policy = (string?)body["propagationPolicy"]
            ?? request.Query.PropagationPolicy
            ?? ((bool?)body["orphanDependents"] switch { true => "Orphan", false => "Background", null => null });
        if (policy is not (null or "Orphan" or "Background" or "Foreground"))
        {
            throw Failures.Invalid("meta.k8s.io", "DeleteOptions", "",
                [Schemas.Finding.NotSupported("propagationPolicy", policy, ["Foreground", "Background", "Orphan", null]).ToCause()]);
        }

        return new DeletionOptions(
            policy,
            (string?)preconditions?["uid"],
            (string?)preconditions?["resourceVersion"],
            request.Query.DryRun || body["dryRun"] is JsonArray { Count: > 0 });
    }

    /// <summary>Refuses when the object is not the one that the client means.</summary>
    public void Check(ResourceRequest request, StoredObject stored)
    {
        var name = stored.Key.Object.Name;
        if (Uid is not null && Uid != stored.Uid)
        {
            throw Failures.Conflict(request.Collection, name, $"Precondition failed: UID in precondition: {Uid}, UID in object meta: {stored.Uid}");
        }

        var revision = stored.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (ResourceVersion is not null && ResourceVersion != revision)
        {
            throw Failures.Conflict(
                request.Collection, name, $"Precondition failed: ResourceVersion in precondition: {ResourceVersion}, ResourceVersion in object meta: {revision}");
        }
    }
}
