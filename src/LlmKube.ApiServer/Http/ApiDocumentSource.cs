using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Lifecycle;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LlmKube.ApiServer.Http;

/// <summary>Gives out discovery and OpenAPI as of the kinds that are served now.</summary>
internal sealed class ApiDocumentSource(KindRegistry kinds)
{
    private readonly Lock _gate = new();
    private ApiDocuments? _documents;
    private int _version;

    /// <summary>Answers with the document at a path; null where there is none.</summary>
    public Task? TrySend(HttpContext http, string path)
    {
        if (Current().Find(path, http.Request.Headers.Accept.ToString()) is not { } document)
        {
            return null;
        }

        var response = http.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.Vary = "Accept";
        response.Headers.CacheControl = http.Request.Query.ContainsKey("hash") ? "public, immutable" : "no-cache, private";
        if (http.Request.Headers.IfNoneMatch.ToString() == document.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = document.ContentType;
        response.ContentLength = document.Body.Length;
        return response.Body.WriteAsync(document.Body, http.RequestAborted).AsTask();
    }

    private ApiDocuments Current()
    {
        lock (_gate)
        {
            var version = kinds.Version;
            if (_documents is null || version != _version)
            {
                _documents = new ApiDocuments(kinds.All);
                _version = version;
            }

            return _documents;
        }
    }
}
