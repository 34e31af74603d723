using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Placement;
using LlmKube.Operator.Services;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Services;

/// <summary>The phase table of the existing LLMKube, and what goes beyond it.</summary>
public sealed class ServiceRulesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AgentNode s_laptop = new("laptop", IsAlive: true, new Dictionary<string, string>(StringComparer.Ordinal));

    [Theory]
    [InlineData(1, false, 1, ServicePhases.Ready)]
    [InlineData(2, false, 1, ServicePhases.Progressing)]
    [InlineData(2, false, 2, ServicePhases.Ready)]
    [InlineData(1, false, 0, ServicePhases.Creating)]
    [InlineData(0, false, 0, ServicePhases.Stopped)]
    [InlineData(3, true, 0, ServicePhases.Suspended)]
    public void The_phase_follows_from_what_is_wanted_and_what_is_ready(int replicas, bool suspend, int ready, string phase)
    {
        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m", Replicas = replicas, Suspend = suspend }) with { ReadyEndpoints = ready });

        plan.Status.Phase.ShouldBe(phase);
        plan.Status.ReadyReplicas.ShouldBe(ready);
        plan.Status.Conditions.IsTrue(ConditionTypes.Ready).ShouldBe(phase == ServicePhases.Ready);
    }

    [Fact]
    public void A_missing_model_fails_the_service_and_says_which()
    {
        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Model = null });

        plan.Status.Phase.ShouldBe(ServicePhases.Failed);
        plan.Status.Conditions.FindCondition(ConditionTypes.Stalled)!.Status.ShouldBe(Condition.True);
        plan.Verdict.Message.ShouldStartWith("Model not found");
        plan.WantsService.ShouldBeFalse();
    }

    [Fact]
    public void A_model_that_is_not_ready_keeps_the_service_pending_and_passes_its_sentence_on()
    {
        var model = new Model
        {
            Metadata = new ObjectMeta { Name = "m", Namespace = "default" },
            Status = new ModelStatus { Phase = ModelPhases.Failed, Conditions = [new Condition { Type = ConditionTypes.Ready, Status = Condition.False, Reason = "SourceNotFound", Message = "Bring the file." }] },
        };

        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Model = model });

        plan.Status.Phase.ShouldBe(ServicePhases.Pending);
        plan.Verdict.Message.ShouldEndWith("Bring the file.");
    }

    [Fact]
    public void What_a_person_must_mend_in_the_model_stalls_the_service_too()
    {
        var model = new Model
        {
            Metadata = new ObjectMeta { Name = "m", Namespace = "default" },
            Status = new ModelStatus { Phase = ModelPhases.Failed, Conditions = [new Condition { Type = ConditionTypes.Stalled, Status = Condition.True, Reason = "SourceNotFound", Message = "Bring the file." }] },
        };

        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Model = model });

        plan.Status.Phase.ShouldBe(ServicePhases.Pending);
        plan.Status.Conditions.IsTrue(ConditionTypes.Stalled).ShouldBeTrue();
    }

    [Fact]
    public void A_silent_agent_is_said_even_while_its_endpoints_look_ready()
    {
        var silent = Observed(new InferenceServiceSpec { ModelRef = "m" }) with { ReadyEndpoints = 1, Agents = [s_laptop with { IsAlive = false }] };
        silent = silent with { Service = silent.Service with { Status = new InferenceServiceStatus { Placement = new PlacementStatus { Type = PlacementTypes.Host, NodeName = "laptop" } } } };

        var plan = Plan(silent);

        plan.Status.SchedulingStatus.ShouldBe(ServiceReasons.AgentHeartbeatStale);
        plan.Status.SchedulingMessage!.ShouldContain("laptop");
        plan.Status.Conditions.IsTrue(ConditionTypes.Ready).ShouldBeFalse();
        plan.Status.Placement!.NodeName.ShouldBe("laptop", "it comes back there when the agent does");
    }

    [Fact]
    public void A_replica_that_does_not_fit_is_said_with_the_scheduler_s_words()
    {
        var refused = new ReplicaReport("m-1") { UnscheduledReason = ServiceReasons.InsufficientMemory, UnscheduledMessage = "needs 9 GiB of 4 GiB" };

        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Replicas = [refused] });

        plan.Status.SchedulingStatus.ShouldBe(ServiceReasons.InsufficientMemory);
        plan.Status.SchedulingMessage.ShouldBe("needs 9 GiB of 4 GiB");
        plan.Verdict.ShouldBeOfType<Verdict.Blocked>();
    }

    [Theory]
    [InlineData(1, ServicePhases.Creating)]
    [InlineData(3, ServicePhases.Failed)]
    public void An_engine_that_keeps_ending_becomes_a_failure_after_some_tries(int restarts, string phase)
    {
        var crashing = new ReplicaReport("m-1") { WaitingReason = "CrashLoopBackOff", WaitingMessage = "The engine ended.", Restarts = restarts };

        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Replicas = [crashing] });

        plan.Status.Phase.ShouldBe(phase);
        plan.Verdict.Message.ShouldBe("The engine ended.");
    }

    [Fact]
    public void Every_finding_of_the_spec_is_told_at_once()
    {
        var plan = Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }) with { Findings = [new Finding("spec.a", "wrong a"), new Finding("spec.b", "wrong b")] });

        plan.Verdict.Message.ShouldContain("wrong a");
        plan.Verdict.Message.ShouldContain("wrong b");
        plan.Status.Phase.ShouldBe(ServicePhases.Failed);
    }

    [Fact]
    public void Planning_again_from_the_status_changes_nothing()
    {
        var observed = Observed(new InferenceServiceSpec { ModelRef = "m" }) with { ReadyEndpoints = 1 };
        var first = Plan(observed);

        var again = ServicePlanner.Plan(observed with { Service = observed.Service with { Status = first.Status } }, routerAddress: null, s_now.AddHours(1));

        Kubernetes.Controllers.StatusWriter.Differs(observed.Service with { Status = first.Status }, observed.Service with { Status = again.Status }).ShouldBeFalse();
    }

    [Fact]
    public void On_a_host_the_endpoint_is_the_router_s()
    {
        var plan = ServicePlanner.Plan(Observed(new InferenceServiceSpec { ModelRef = "m" }), new Uri("http://127.0.0.1:8080/"), s_now);

        plan.Status.Endpoint.ShouldBe("http://127.0.0.1:8080/v1/chat/completions");
        plan.Status.Placement!.NodeName.ShouldBe("laptop");
    }

    private static ServicePlan Plan(ObservedService observed) => ServicePlanner.Plan(observed, routerAddress: null, s_now);

    private static ObservedService Observed(InferenceServiceSpec spec) => new()
    {
        Service = new InferenceService { Metadata = new ObjectMeta { Name = "s", Namespace = "default", Generation = 1 }, Spec = spec },
        Model = new Model { Metadata = new ObjectMeta { Name = "m", Namespace = "default" }, Status = new ModelStatus { Phase = ModelPhases.Ready } },
        Agents = [s_laptop],
    };
}
