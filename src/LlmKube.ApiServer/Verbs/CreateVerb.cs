using LlmKube.ApiServer.Http;

namespace LlmKube.ApiServer.Verbs;

/// <summary>POST to a collection.</summary>
internal sealed class CreateVerb(ObjectWriter writer)
{
    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        if (request.Definition.Namespaced && request.Namespace.Length == 0)
        {
            throw Failures.MethodNotAllowed();
        }

        var body = await request.ReadObjectAsync();
        MetadataFields.Of(body).Remove("managedFields");
        var written = await writer.CreateAsync(request, body, tree => writer.RecordUpdate(request, null, tree));
        await GetVerb.SendTreeAsync(request, form, 201, written.Object);
    }
}
