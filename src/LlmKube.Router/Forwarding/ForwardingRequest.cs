using System.Collections.Immutable;
using LlmKube.Router.OpenAi;
using LlmKube.Router.Routing;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Router.Forwarding;

/// <summary>What to forward: one request, whole in memory, and the endpoints that may answer it.</summary>
internal sealed record ForwardingRequest(
    HttpContext Context,
    ModelTarget Target,
    ImmutableArray<BackendEndpoint> Endpoints,
    RequestFacts Facts,
    RequestBody Body)
{
    /// <summary>Whether another service is asked where this one fails, so that a server error is not for the client.</summary>
    public bool HasOther { get; init; }
}

/// <summary>How it went. Where <see cref="Error"/> is set and the response has not started, the caller answers with the error.</summary>
internal readonly record struct ForwardingResult(ForwardingError Error)
{
    /// <summary>What the system said about the failure, for the message.</summary>
    public string? Detail { get; init; }

    public BackendEndpoint? Endpoint { get; init; }

    /// <summary>The engine's status, where it gave one.</summary>
    public int Status { get; init; }

    public int Attempts { get; init; }

    /// <summary>From the start of the attempt to the first byte of the body.</summary>
    public TimeSpan? FirstByte { get; init; }

    public bool IsStream { get; init; }

    /// <summary>Where an event stream stood when it broke.</summary>
    public EventStream Events { get; init; }
}
