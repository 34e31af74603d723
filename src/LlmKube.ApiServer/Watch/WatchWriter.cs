using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Watch;

/// <summary>Writes the events of one watch, one JSON value a line, in the form that was asked for.</summary>
internal sealed class WatchWriter(ResourceRequest request, AnswerForm form)
{
    private readonly System.IO.Pipelines.PipeWriter _body = request.Http.Response.BodyWriter;
    private bool _hasRows;

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var response = request.Http.Response;
        response.StatusCode = 200;
        response.ContentType = Answers.Json;
        response.Headers.CacheControl = "no-cache, private";
        await response.StartAsync(cancellationToken);
        await _body.FlushAsync(cancellationToken);
    }

    public Task WriteAsync(string type, StoredObject item, CancellationToken cancellationToken)
    {
        var json = form switch
        {
            AnswerForm.Object => ObjectView.Bytes(item, request.Kind),
            AnswerForm.Table => StoredObject.Serialize(Row(ObjectView.Tree(item, request.Kind))),
            _ => StoredObject.Serialize(ObjectView.Metadata(ObjectView.Tree(item, request.Kind))),
        };
        return WriteAsync(type, json, cancellationToken);
    }

    /// <summary>The columns stand in a watch's first table only.</summary>
    private JsonObject Row(JsonObject tree)
    {
        var table = TableView.Of(request, [tree], metadata: null, isWatchRow: _hasRows);
        _hasRows = true;
        return table;
    }

    public Task WriteBookmarkAsync(long revision, bool initialEventsEnd, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (initialEventsEnd)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var bookmark = new JsonObject
        {
            ["kind"] = request.Definition.Kind,
            ["apiVersion"] = request.Definition.ApiVersion,
            ["metadata"] = metadata,
        };
        var shaped = form switch
        {
            AnswerForm.Object => bookmark,
            AnswerForm.Table => TableView.Of(request, [], metadata, isWatchRow: _hasRows),
            _ => ObjectView.Metadata(bookmark),
        };
        return WriteAsync("BOOKMARK", StoredObject.Serialize(shaped), cancellationToken);
    }

    public async Task WriteErrorAsync(Status status, CancellationToken cancellationToken)
    {
        await WriteAsync("ERROR", JsonSerializer.SerializeToUtf8Bytes(status, KubernetesJson.Default.Status), cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public async Task FlushAsync(CancellationToken cancellationToken) => await _body.FlushAsync(cancellationToken);

    private async Task WriteAsync(string type, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":", _body);
        if (json.Length > 0)
        {
            json.Span.CopyTo(_body.GetSpan(json.Length));
            _body.Advance(json.Length);
        }

        Encoding.UTF8.GetBytes("}\n", _body);
        if (_body.UnflushedBytes > 64 * 1024)
        {
            await FlushAsync(cancellationToken);
        }
    }
}
