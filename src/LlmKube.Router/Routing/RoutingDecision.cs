using System.Collections.Immutable;

namespace LlmKube.Router.Routing;

/// <summary>Where a request goes, or why it goes nowhere. The reason is for logs and traces.</summary>
internal abstract record RoutingDecision(string Reason)
{
    internal sealed record Forward(ModelTarget Target, ImmutableArray<BackendEndpoint> Endpoints, string Reason) : RoutingDecision(Reason);

    /// <summary>Nothing was read from the API server yet.</summary>
    internal sealed record Starting(string Reason) : RoutingDecision(Reason);

    internal sealed record UnknownModel(string Model, ImmutableArray<string> Available, string Reason) : RoutingDecision(Reason);

    internal sealed record AmbiguousModel(string Model, ImmutableArray<string> Candidates, string Reason) : RoutingDecision(Reason);

    internal sealed record NoneReady(ModelTarget Target, string Reason) : RoutingDecision(Reason);
}
