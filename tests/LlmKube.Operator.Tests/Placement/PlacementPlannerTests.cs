using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Placement;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Placement;

public sealed class PlacementPlannerTests
{
    private static readonly Model s_model = new() { Metadata = new ObjectMeta { Name = "m" } };

    [Fact]
    public void A_service_stays_on_its_machine_while_that_is_alive() =>
        Plan(Service(on: "b"), Node("a"), Node("b")).ShouldBeOfType<PlacementDecision.Host>().NodeName.ShouldBe("b");

    [Fact]
    public void It_moves_when_its_machine_is_gone_and_another_is_alive() =>
        Plan(Service(on: "b"), Node("a"), Node("b", alive: false)).ShouldBeOfType<PlacementDecision.Host>().NodeName.ShouldBe("a");

    [Fact]
    public void It_stays_when_no_machine_is_alive() =>
        Plan(Service(on: "b"), Node("a", alive: false), Node("b", alive: false)).ShouldBeOfType<PlacementDecision.Host>().NodeName.ShouldBe("b");

    [Fact]
    public void Without_an_agent_it_waits_and_says_what_to_start() =>
        Plan(Service()).ShouldBeOfType<PlacementDecision.Waiting>().Message.ShouldContain("llmkube up");

    [Fact]
    public void A_node_selector_that_no_machine_meets_is_impossible() =>
        Plan(Service(selector: ("disk", "fast")), Node("a")).ShouldBeOfType<PlacementDecision.Impossible>().Message.ShouldContain("disk=fast");

    [Fact]
    public void A_node_selector_chooses_the_machine() =>
        Plan(Service(selector: ("disk", "fast")), Node("a"), Node("b", labels: ("disk", "fast"))).ShouldBeOfType<PlacementDecision.Host>().NodeName.ShouldBe("b");

    [Theory]
    [InlineData(RuntimeNames.Vllm)]
    [InlineData(RuntimeNames.Tgi)]
    [InlineData(RuntimeNames.Generic)]
    public void A_runtime_that_needs_containers_is_refused_on_hosts(string runtime) =>
        PlacementPlanner.Plan(new InferenceService { Spec = new InferenceServiceSpec { ModelRef = "m", Runtime = runtime } }, s_model, [Node("a")])
            .ShouldBeOfType<PlacementDecision.Impossible>().Reason.ShouldBe(ServiceReasons.UnsupportedRuntime);

    private static PlacementDecision Plan(InferenceService service, params AgentNode[] agents) => PlacementPlanner.Plan(service, s_model, agents);

    private static InferenceService Service(string? on = null, (string Key, string Value)? selector = null) => new()
    {
        Spec = new InferenceServiceSpec
        {
            ModelRef = "m",
            NodeSelector = selector is { } pair ? new Dictionary<string, string>(StringComparer.Ordinal) { [pair.Key] = pair.Value } : null,
        },
        Status = on is null ? null : new InferenceServiceStatus { Placement = new PlacementStatus { NodeName = on } },
    };

    private static AgentNode Node(string name, bool alive = true, (string Key, string Value)? labels = null) =>
        new(name, alive, labels is { } pair
            ? new Dictionary<string, string>(StringComparer.Ordinal) { [pair.Key] = pair.Value }
            : new Dictionary<string, string>(StringComparer.Ordinal));
}
