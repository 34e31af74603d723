using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;
using static LlmKube.Operator.Tests.Pods.PodsUnderTest;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>What is said of a service in pods.</summary>
public sealed class PodRulesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Model s_onGpu = Model(change: spec => spec with { Hardware = new HardwareSpec { Gpu = new GpuSpec { Count = 2 } } });

    [Fact]
    public void Waiting_for_gpus_says_how_many_what_there_is_and_the_place_in_the_queue()
    {
        var pending = new ReplicaReport("p") { UnscheduledReason = "Unschedulable", UnscheduledMessage = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu." };
        var observed = Observed(s_onGpu) with { Replicas = [pending], Cluster = Cluster() with { Gpus = new GpuStock(4, 3), QueuePosition = 2 } };

        var status = Judge(observed).Status;

        status.Phase.ShouldBe(ServicePhases.WaitingForGpu);
        status.SchedulingStatus.ShouldBe(ServiceReasons.WaitingForGpu);
        status.SchedulingMessage.ShouldBe("2 of nvidia.com/gpu asked, 4 in the cluster, of which services of LLMKube hold 3; place 2 in the queue.");
        status.WaitingFor.ShouldBe("nvidia.com/gpu: 2");
        status.QueuePosition.ShouldBe(2);
        status.Conditions.IsTrue(ConditionTypes.Stalled).ShouldBeFalse("it heals by itself");
    }

    [Fact]
    public void Something_else_that_keeps_a_pod_from_its_node_is_told_in_the_scheduler_s_words()
    {
        var pending = new ReplicaReport("p") { UnscheduledReason = "Unschedulable", UnscheduledMessage = "0/1 nodes are available: 1 Insufficient memory." };

        var status = Judge(Observed(s_onGpu) with { Replicas = [pending] }).Status;

        status.Phase.ShouldBe(ServicePhases.Creating);
        status.SchedulingMessage.ShouldBe("0/1 nodes are available: 1 Insufficient memory.");
        status.QueuePosition.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fetch_that_failed_says_why_and_whether_a_person_must_act(bool heals)
    {
        var failing = new ReplicaReport("p") { FetchFailure = new FetchFailure("The server said no.", heals) };

        var plan = Judge(Observed(Model()) with { Replicas = [failing] });

        plan.Verdict.Message.ShouldEndWith("The server said no.");
        plan.Status.Conditions.IsTrue(ConditionTypes.Stalled).ShouldBe(!heals);
    }

    [Fact]
    public void The_fetch_s_own_words_are_found_in_what_its_container_left()
    {
        var ended = new ContainerStateTerminated { ExitCode = 6, Message = "{\"event\":\"progress\"}\n{\"event\":\"failed\",\"reason\":\"Forbidden\",\"message\":\"403 for the file.\",\"retry\":false}\n" };
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p" },
            Status = new PodStatus { InitContainerStatuses = [new ContainerStatus { Name = "model-downloader", State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "CrashLoopBackOff" } }, LastState = new ContainerState { Terminated = ended } }] },
        };

        ReplicaReports.From([pod]).Single().FetchFailure.ShouldBe(new FetchFailure("403 for the file.", Heals: false));
        var again = pod with { Status = new PodStatus { InitContainerStatuses = [pod.Status.InitContainerStatuses![0] with { State = new ContainerState { Running = new ContainerStateRunning() } }] } };
        var report = ReplicaReports.From([again]).Single();
        report.FetchFailure.ShouldBeNull("it is being tried again");
        report.IsFetching.ShouldBeTrue();
    }

    [Fact]
    public void Replicas_of_the_version_before_do_not_make_a_service_ready()
    {
        var current = Plan(Service(), Model()).Deployment;
        var live = current with
        {
            Metadata = current.Metadata with { Generation = 2 },
            Status = new DeploymentStatus { ObservedGeneration = 2, Replicas = 1, UpdatedReplicas = 1, ReadyReplicas = 1 },
        };
        var observed = Observed(Model()) with { ReadyEndpoints = 1, Cluster = Cluster() with { Deployment = live } };

        Judge(observed).Status.Phase.ShouldBe(ServicePhases.Ready);
        Judge(observed with { Cluster = Cluster() with { Deployment = live with { Status = live.Status! with { ObservedGeneration = 1 } } } }).Status.Phase.ShouldBe(ServicePhases.Progressing);
        Judge(observed with { Cluster = Cluster() with { Deployment = live with { Status = live.Status! with { Replicas = 2 } } } }).Verdict.Reason.ShouldBe(ServiceReasons.RollingOut);
        Judge(observed with { Service = Service(spec => spec with { ContextSize = 4096 }) }).Verdict.Reason.ShouldBe(ServiceReasons.RollingOut);
    }

    [Fact]
    public void A_service_that_its_autoscaler_has_grown_is_ready_at_that_size()
    {
        var service = Service(spec => spec with { Autoscaling = new AutoscalingSpec { MaxReplicas = 5 } });
        var cluster = Cluster() with { Deployment = new Deployment { Spec = new DeploymentSpec { Replicas = 3 } } };
        var wanted = Plan(service, Model(), cluster).Deployment;
        var live = wanted with { Status = new DeploymentStatus { ObservedGeneration = 0, Replicas = 3, UpdatedReplicas = 3 }, Metadata = wanted.Metadata with { Generation = 0 } };

        var status = Judge(Observed(Model()) with { Service = service, ReadyEndpoints = 3, Cluster = cluster with { Deployment = live } }).Status;

        status.Phase.ShouldBe(ServicePhases.Ready);
        status.DesiredReplicas.ShouldBe(3);
    }

    [Fact]
    public void An_autoscaler_that_the_cluster_cannot_have_is_said()
    {
        var service = Service(spec => spec with { Autoscaling = new AutoscalingSpec { MaxReplicas = 5 } });

        var status = Judge(Observed(Model()) with { Service = service, Cluster = new ObservedCluster(Settings, new Capabilities()) }).Status;

        status.Conditions.FindCondition(ConditionTypes.AutoscalingReady)!.Message.ShouldContain("autoscaling/v2");
    }

    [Fact]
    public void What_pods_are_not_given_is_said()
    {
        var observed = Observed(Model()) with { Service = Service(spec => spec with { EvictionProtection = true }) };

        var said = Judge(observed).Status.Conditions.FindCondition(ServiceConditions.PodFieldsApplied)!;
        said.Message.ShouldContain("spec.evictionProtection");
        Judge(Observed(Model())).Status.Conditions.FindCondition(ServiceConditions.PodFieldsApplied).ShouldBeNull();
    }

    [Fact]
    public void A_model_that_is_not_resolved_has_no_pods_yet_and_what_runs_stays()
    {
        var waiting = Model() with { Status = new ModelStatus { Phase = ModelPhases.Pending } };

        var plan = Judge(Observed(waiting));

        plan.Pods.ShouldBeNull();
        plan.Status.Phase.ShouldBe(ServicePhases.Pending);
    }

    [Fact]
    public void Metal_is_served_by_a_mac_and_never_by_a_pod()
    {
        var model = Model(change: spec => spec with { Hardware = new HardwareSpec { Accelerator = Accelerators.Metal } });

        var plan = Judge(Observed(model));

        plan.Pods.ShouldBeNull();
        plan.Status.SchedulingStatus.ShouldBe(ServiceReasons.WaitingForMetalAgent);
    }

    private static ServicePlan Judge(ObservedService observed) => ServicePlanner.Plan(observed, routerAddress: null, s_now);

    private static ObservedService Observed(Model model) => new() { Service = Service(), Model = model, Cluster = Cluster() };
}
