namespace LlmKube.Router.OpenAi;

/// <summary>What an endpoint does; everything that reaches a model goes through <see cref="Inference"/>.</summary>
internal enum EndpointKind
{
    Inference,
    ListModels,
    GetModel,
    Health,
    Readiness,
    Metrics,
}

/// <summary>One path that the router answers. <paramref name="Operation"/> is the <c>gen_ai.operation.name</c>.</summary>
internal sealed record RouterEndpoint(string Method, string Path, EndpointKind Kind, string? Operation = null);

/// <summary>The whole surface of the router. Nothing is answered that is not in this table.</summary>
internal static class RouterEndpoints
{
    private const string ModelPrefix = "/v1/models/";

    public static IReadOnlyList<RouterEndpoint> All { get; } =
    [
        new("POST", "/v1/chat/completions", EndpointKind.Inference, "chat"),
        new("POST", "/v1/completions", EndpointKind.Inference, "text_completion"),
        new("POST", "/v1/embeddings", EndpointKind.Inference, "embeddings"),
        new("GET", "/v1/models", EndpointKind.ListModels),
        new("GET", ModelPrefix + "{id}", EndpointKind.GetModel),
        new("GET", "/healthz", EndpointKind.Health),
        new("GET", "/readyz", EndpointKind.Readiness),
        new("GET", "/metrics", EndpointKind.Metrics),
    ];

    /// <summary>The table as part of a sentence.</summary>
    public static string Summary { get; } = string.Join(", ", All.Select(e => $"{e.Method} {e.Path}"));

    /// <summary>The endpoint of a path, whatever the method; null when there is none.</summary>
    public static RouterEndpoint? Find(string path)
    {
        foreach (var endpoint in All)
        {
            if (endpoint.Path == path || (endpoint.Kind == EndpointKind.GetModel && ModelIdOf(path).Length > 0))
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>The id in <c>/v1/models/{id}</c>; ids may hold a slash, plain or encoded.</summary>
    public static string ModelIdOf(string path) =>
        path.StartsWith(ModelPrefix, StringComparison.Ordinal) ? Uri.UnescapeDataString(path[ModelPrefix.Length..]) : "";
}
