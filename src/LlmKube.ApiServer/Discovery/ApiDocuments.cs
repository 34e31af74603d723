using System.Collections.Concurrent;
using LlmKube.ApiServer.OpenApi;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Discovery;

/// <summary>
/// Discovery and OpenAPI for one set of kinds: make a new one when a CRD comes, goes or changes. Each document is built when it is
/// first asked for and kept.
/// </summary>
internal sealed class ApiDocuments
{
    private readonly DiscoveryDocuments _discovery;
    private readonly OpenApiDocuments _openApi;
    private readonly ConcurrentDictionary<(string Path, string ContentType), Document?> _built = new();

    public ApiDocuments(IEnumerable<ServedKind> kinds)
    {
        var catalog = GroupedKinds.Of(kinds);
        _discovery = new DiscoveryDocuments(catalog);
        _openApi = new OpenApiDocuments(catalog);
    }

    /// <summary>
    /// The document at <paramref name="path"/> (<c>/api</c>, <c>/apis/apps/v1</c>, <c>/openapi/v3/api/v1</c>, …) in the form that
    /// <paramref name="accept"/> prefers; null where there is none. It throws nothing and the query does not matter.
    /// </summary>
    public Document? Find(string path, string? accept)
    {
        path = path.TrimEnd('/');
        if (path.StartsWith("/openapi/", StringComparison.Ordinal))
        {
            return _built.GetOrAdd((path, Document.Json), key => _openApi.Build(key.Path));
        }

        var form = path is "/api" or "/apis" ? DiscoveryForms.Choose(accept) : Document.Json;
        return _built.GetOrAdd((path, form), key => _discovery.Build(key.Path, key.ContentType));
    }
}
