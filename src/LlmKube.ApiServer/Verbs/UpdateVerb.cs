using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Verbs;

/// <summary>PUT of a whole object, or of its status: what <c>kubectl replace</c> and <c>kubectl edit</c> send.</summary>
internal sealed class UpdateVerb(ObjectWriter writer)
{
    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var body = await request.ReadObjectAsync();
        if (string.IsNullOrEmpty(MetadataFields.Text(body, "name")))
        {
            throw Failures.BadRequest($"name must be provided: metadata.name must be \"{request.Name}\"");
        }

        // A custom resource is never overwritten blindly; the built-in kinds allow it.
        if (!request.Kind.IsBuiltIn && string.IsNullOrEmpty(MetadataFields.Text(body, "resourceVersion")))
        {
            throw Failures.Invalid(request.Definition.Group, request.Definition.Kind, request.Name,
                [Finding.Invalid("metadata.resourceVersion", 0, "must be specified for an update").ToCause()]);
        }

        var written = await writer.UpdateAsync(
            request, _ => (JsonObject)body.DeepClone(), (live, tree) => writer.RecordUpdate(request, live, tree));
        await GetVerb.SendTreeAsync(request, form, 200, written.Object);
    }
}
