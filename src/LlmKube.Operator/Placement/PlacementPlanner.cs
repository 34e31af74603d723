using LlmKube.Operator.Pods;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Placement;

/// <summary>Where a service runs, or why it cannot.</summary>
internal abstract record PlacementDecision(string Message)
{
    internal sealed record Host(string NodeName, string Message) : PlacementDecision(Message);

    /// <summary>Pods of the cluster.</summary>
    internal sealed record Pods(PodPlan Plan) : PlacementDecision(Plan.Message);

    /// <summary>An agent will come, or has to be started.</summary>
    internal sealed record Waiting(string Reason, string Message) : PlacementDecision(Message);

    /// <summary>Nothing that runs here can ever serve it.</summary>
    internal sealed record Impossible(string Reason, string Message) : PlacementDecision(Message);
}

/// <summary>
/// Decides between pods and the machines that run an agent. A service stays on its machine while that can run it. No I/O.
/// </summary>
internal static class PlacementPlanner
{
    public static PlacementDecision Plan(ObservedService observed, Model model) => observed.Cluster is { } cluster && !WantsHost(observed, model)
        ? PodPlanner.Plan(observed.Service, model, observed.DraftModel, cluster) switch
        {
            PodDecision.Planned { Plan: var plan } => new PlacementDecision.Pods(plan),
            PodDecision.Refused refused => new PlacementDecision.Impossible(refused.Reason, refused.Message),
            _ => throw new System.Diagnostics.UnreachableException(),
        }
        : Plan(observed.Service, model, observed.Agents);

    /// <summary>Metal is on Macs alone, which are no nodes of a cluster; and whoever selects the labels of a machine with an agent means that machine.</summary>
    private static bool WantsHost(ObservedService observed, Model model) =>
        Defaults.AcceleratorOf(model.Spec) == Accelerators.Metal
        || (observed.Service.Spec.NodeSelector is { Count: > 0 } selector && observed.Agents.Any(agent => Matches(selector, agent.Labels)));

    public static PlacementDecision Plan(InferenceService service, Model model, IReadOnlyList<AgentNode> agents)
    {
        var runtime = Defaults.RuntimeOf(service.Spec);
        if (runtime != RuntimeNames.LlamaCpp)
        {
            return new PlacementDecision.Impossible(
                ServiceReasons.UnsupportedRuntime,
                $"The runtime {runtime} runs in containers, and this control plane has none. Set spec.runtime to llamacpp, or apply the service to a Kubernetes cluster.");
        }

        if (model.Spec.Format is { } format && format != ModelFormats.Gguf)
        {
            return new PlacementDecision.Impossible(
                ServiceReasons.UnsupportedRuntime,
                $"llama.cpp serves GGUF files, and the Model says its format is {format}. Use a GGUF file, or a Kubernetes cluster with a runtime for {format}.");
        }

        var selector = service.Spec.NodeSelector;
        var fitting = agents.Where(agent => Matches(selector, agent.Labels)).OrderBy(agent => agent.Name, StringComparer.Ordinal).ToList();
        var current = fitting.Find(agent => agent.Name == service.Status?.Placement?.NodeName);
        if (current is { IsAlive: true } || (current is not null && !fitting.Exists(agent => agent.IsAlive)))
        {
            return new PlacementDecision.Host(current.Name, $"It runs on {current.Name}.");
        }

        if (fitting.Find(agent => agent.IsAlive) is { } alive)
        {
            return new PlacementDecision.Host(alive.Name, $"It runs on {alive.Name}.");
        }

        if (agents.Count > 0 && fitting.Count == 0)
        {
            return new PlacementDecision.Impossible(
                ServiceReasons.Unschedulable,
                $"No machine has the labels of spec.nodeSelector ({Print(selector)}). Change the selector, or label a node: kubectl label node {agents[0].Name} key=value.");
        }

        var accelerator = model.Spec.Hardware?.Accelerator;
        return new PlacementDecision.Waiting(
            accelerator == Accelerators.Metal ? ServiceReasons.WaitingForMetalAgent : ServiceReasons.NoPlacement,
            "No agent is running that could serve it. Start one with llmkube up, or llmkube agent on the machine that shall serve it.");
    }

    private static bool Matches(IReadOnlyDictionary<string, string>? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is null || selector.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    private static string Print(IReadOnlyDictionary<string, string>? selector) =>
        string.Join(", ", (selector ?? new Dictionary<string, string>(StringComparer.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
