using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Security;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Http;

/// <summary>A request on a kind that is served here: what, where, how, and by whom.</summary>
internal sealed record ResourceRequest(HttpContext Http, ServedKind Kind, ResourcePath Path, RequestQuery Query, UserIdentity User)
{
    public ResourceDefinition Definition => Kind.Definition;

    public ResourceCollection Collection { get; } = ResourceCollection.Of(Kind.Definition);

    /// <summary>The server's clock, for ages in tables.</summary>
    public required TimeProvider Time { get; init; }

    public string Namespace => Path.Namespace;

    public string? Subresource => Path.Subresource;

    /// <summary>The name in the path; only where the route has one.</summary>
    public string Name => Path.Name ?? throw new InvalidOperationException($"{Http.Request.Path} names no object.");

    public StoreKey Key => KeyOf(Name);

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Who is recorded in managedFields: what the client says, or the program's name from the user agent.</summary>
    public string Manager => Query.FieldManager ?? Http.Request.Headers.UserAgent.ToString().Split('/', 2)[0] switch
    {
        "" => "unknown",
        var agent => agent,
    };

    /// <summary>The object in the body.</summary>
    public Task<JsonObject> ReadObjectAsync() => RequestBody.ReadObjectAsync(Http.Request, TellStrayFields, Aborted);

    /// <summary>Refuses fields that mean nothing here, or warns of them, as the client wishes.</summary>
    public void TellStrayFields(IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0 || Query.FieldValidation == FieldValidation.Ignore)
        {
            return;
        }

        if (Query.FieldValidation == FieldValidation.Strict)
        {
            throw Failures.BadRequest($"strict decoding error: {string.Join(", ", sentences)}");
        }

        foreach (var sentence in sentences)
        {
            Http.Warn(sentence);
        }
    }

    public StoreKey KeyOf(string name) => new(Collection, new ObjectKey(Namespace, name));
}
