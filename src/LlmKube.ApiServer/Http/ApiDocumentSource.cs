using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Lifecycle;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Http;

/// <summary>Gives out discovery and OpenAPI as of the kinds that are served now.</summary>
internal sealed class ApiDocumentSource(KindRegistry kinds)
{
    private readonly Lock _gate = new();
    private ApiDocuments? _documents;
    private int _version;

    /// <summary>The document at a path in the form that the request prefers; null where there is none.</summary>
    public Document? Find(HttpRequest request, string path) => Current().Find(path, request.Headers.Accept.ToString());

    public static Task SendAsync(HttpContext http, Document document)
    {
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
