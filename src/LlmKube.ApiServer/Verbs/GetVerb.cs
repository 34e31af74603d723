using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Verbs;

/// <summary>GET of one object.</summary>
internal sealed class GetVerb(ServerContext server)
{
    public Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var revision = ListVerb.ReadRevision(request.Query.ResourceVersion);
        var state = server.Store.State;
        if (revision > state.Revision)
        {
            throw Failures.TooLargeResourceVersion(revision, state.Revision);
        }

        var stored = state.Find(request.Key) ?? throw Failures.NotFound(request.Collection, request.Name);
        return SendAsync(request, form, 200, stored);
    }

    /// <summary>Answers with one object, in the form that was asked for.</summary>
    public static Task SendAsync(ResourceRequest request, AnswerForm form, int code, StoredObject stored) => form == AnswerForm.Object
        ? request.Http.SendAsync(code, ObjectView.Bytes(stored, request.Kind))
        : SendTreeAsync(request, form, code, ObjectView.Tree(stored, request.Kind));

    public static Task SendTreeAsync(ResourceRequest request, AnswerForm form, int code, JsonObject tree) => form switch
    {
        AnswerForm.Metadata => request.Http.SendAsync(code, ObjectView.Metadata(tree)),
        AnswerForm.Table => request.Http.SendAsync(code, TableView.Of(request, [tree], metadata: null, isWatchRow: false)),
        _ => request.Http.SendAsync(code, tree),
    };
}
