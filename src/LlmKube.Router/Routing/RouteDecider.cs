using System.Collections.Immutable;
using System.Diagnostics;

namespace LlmKube.Router.Routing;

/// <summary>The routing decision: request facts and a route table in, a decision with its reason out. It does no I/O.</summary>
internal static class RouteDecider
{
    /// <summary>So that an error message stays readable where there are hundreds of models.</summary>
    private const int MaxNamesInMessage = 20;

    public static RoutingDecision Decide(RequestFacts request, RouteTable? table)
    {
        if (table is null)
        {
            return new RoutingDecision.Starting("The router is still reading the list of models.");
        }

        return table.Find(request.Model) switch
        {
            ModelLookup.Found { Target: { State: TargetState.Ready ready } target } =>
                new RoutingDecision.Forward(target, ready.Endpoints, $"'{request.Model}' is {target.Model}"),
            ModelLookup.Found { Target: { State: TargetState.NoneReady none } target } => new RoutingDecision.NoneReady(target, none.Reason),
            ModelLookup.Ambiguous ambiguous => new RoutingDecision.AmbiguousModel(
                request.Model, Names(ambiguous.Candidates.Select(t => t.Model.ToString())), $"'{request.Model}' is in several namespaces"),
            ModelLookup.NotFound => new RoutingDecision.UnknownModel(
                request.Model, Names(table.Targets.Select(table.IdOf)), $"no InferenceService is named '{request.Model}'"),
            _ => throw new UnreachableException(),
        };
    }

    private static ImmutableArray<string> Names(IEnumerable<string> names) => [.. names.Take(MaxNamesInMessage + 1)];

    /// <summary>The names as a sentence part: all of them, or the first few and an ellipsis.</summary>
    public static string Enumerate(ImmutableArray<string> names) => names.Length > MaxNamesInMessage
        ? string.Join(", ", names.Take(MaxNamesInMessage)) + ", …"
        : string.Join(", ", names);
}
