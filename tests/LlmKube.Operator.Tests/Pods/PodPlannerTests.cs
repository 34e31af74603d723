using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;
using static LlmKube.Operator.Tests.Pods.PodsUnderTest;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>The objects of a service in a cluster.</summary>
public sealed class PodPlannerTests
{
    [Fact]
    public void The_quickstart_s_objects()
    {
        var plan = Plan(Service(), Model());

        var deployment = plan.Deployment;
        deployment.Key().ShouldBe(new ObjectKey("default", "tinyllama-service"));
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = "tinyllama-service",
            ["inference.llmkube.dev/model"] = "tinyllama",
            ["inference.llmkube.dev/service"] = "tinyllama-service",
            ["inference.llmkube.dev/runtime"] = "llamacpp",
        };
        deployment.Metadata.Labels!.ShouldBe(labels, ignoreOrder: true);
        deployment.Spec!.Template!.Metadata.Labels!.ShouldBe(labels, ignoreOrder: true);
        deployment.Spec.Selector!.MatchLabels!.Count.ShouldBe(2);
        deployment.Metadata.Annotations!["llmkube.ai/desired-template-hash"].ShouldMatch("^[0-9a-f]{16}$");
        deployment.Spec.Replicas.ShouldBe(1);
        deployment.Spec.Strategy!.Type.ShouldBe("RollingUpdate");
        deployment.Metadata.OwnerReferences!.Single().Controller.ShouldBe(true);
        plan.Service.Spec!.Type.ShouldBe("ClusterIP");
        plan.Service.Spec.Ports!.Single().ShouldBe(new ServicePort { Name = "http", Protocol = "TCP", Port = 8080, TargetPort = new IntOrString("http") });
        plan.Autoscaler.ShouldBeNull();
        plan.Budget.ShouldBeNull("a budget for one replica would nail it to its node");
        var claim = plan.Claims.ShouldHaveSingleItem();
        claim.Metadata.OwnerReferences.ShouldBeNull();
        claim.Metadata.Labels!["app.kubernetes.io/component"].ShouldBe("model-cache");
        claim.Spec!.AccessModes.ShouldBe(["ReadWriteOnce"]);
        claim.Spec.Resources!.Requests!["storage"].ShouldBe("100Gi");
        claim.Spec.StorageClassName.ShouldBeNull();
    }

    [Fact]
    public void Equal_declarations_make_equal_objects_and_other_pods_another_hash()
    {
        static string HashOf(InferenceService service) => Plan(service, Model()).Deployment.Metadata.Annotations!["llmkube.ai/desired-template-hash"];

        HashOf(Service()).ShouldBe(HashOf(Service()));
        HashOf(Service(spec => spec with { Replicas = 3 })).ShouldBe(HashOf(Service()));
        (HashOf(Service(spec => spec with { ContextSize = 4096 })) == HashOf(Service())).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, "Recreate")]
    [InlineData(2, "RollingUpdate")]
    public void An_update_cannot_wait_for_ever_for_a_gpu_that_its_own_old_pod_holds(int replicas, string strategy)
    {
        var model = Model(change: spec => spec with { Hardware = new HardwareSpec { Gpu = new GpuSpec { Count = 1 } } });

        var planned = Plan(Service(spec => spec with { Replicas = replicas }), model).Deployment.Spec!.Strategy!;

        planned.Type.ShouldBe(strategy);
        if (replicas > 1)
        {
            planned.RollingUpdate.ShouldBe(new RollingUpdateDeployment { MaxSurge = new IntOrString(0), MaxUnavailable = new IntOrString(1) });
        }
    }

    [Fact]
    public void An_autoscaler_measures_the_runtime_s_load_unless_told_otherwise()
    {
        var plan = Plan(Service(spec => spec with { Autoscaling = new AutoscalingSpec { MinReplicas = 2, MaxReplicas = 5 } }), Model());

        plan.Autoscaler!.Spec!.ScaleTargetRef.ShouldBe(new CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = "tinyllama-service" });
        (plan.Autoscaler.Spec.MinReplicas, plan.Autoscaler.Spec.MaxReplicas).ShouldBe((2, 5));
        Json(plan.Autoscaler.Spec.Metrics).ShouldBe(["""{"type":"Pods","pods":{"metric":{"name":"llamacpp:requests_processing"},"target":{"type":"AverageValue","averageValue":"2"}}}"""]);
        plan.Deployment.Spec!.Replicas.ShouldBe(2);
        plan.Budget!.Spec!.MaxUnavailable.ShouldBe(new IntOrString(1));

        var declared = new AutoscalingSpec { MaxReplicas = 5, Metrics = [new AutoscalingMetric { Type = "Resource", Name = "cpu", TargetAverageUtilization = 80 }] };
        Json(Plan(Service(spec => spec with { Autoscaling = declared }), Model()).Autoscaler!.Spec!.Metrics)
            .ShouldBe(["""{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}"""]);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(1, 2)]
    [InlineData(9, 5)]
    [InlineData(0, 2)]
    public void What_the_autoscaler_set_is_kept_between_its_limits(int live, int kept)
    {
        var cluster = Cluster() with { Deployment = new Deployment { Spec = new DeploymentSpec { Replicas = live } } };

        Plan(Service(spec => spec with { Autoscaling = new AutoscalingSpec { MinReplicas = 2, MaxReplicas = 5 } }), Model(), cluster).Deployment.Spec!.Replicas.ShouldBe(kept);
    }

    [Fact]
    public void A_suspended_service_has_no_pods_and_no_autoscaler_that_would_bring_them_back()
    {
        var plan = Plan(Service(spec => spec with { Suspend = true, Replicas = 3, Autoscaling = new AutoscalingSpec { MaxReplicas = 5 } }), Model());

        plan.Deployment.Spec!.Replicas.ShouldBe(0);
        plan.Autoscaler.ShouldBeNull();
        plan.Budget.ShouldBeNull();
    }

    [Fact]
    public void What_a_cluster_does_not_serve_is_not_asked_of_it()
    {
        var old = new ObservedCluster(Settings, new Capabilities());

        var plan = Plan(Service(spec => spec with { Replicas = 3, Autoscaling = new AutoscalingSpec { MaxReplicas = 5 } }), Model(), old);

        plan.Autoscaler.ShouldBeNull();
        plan.Budget.ShouldBeNull();
        plan.Deployment.Spec!.Replicas.ShouldBe(3, "spec.replicas decides where nothing else can");
        var claimed = Model(change: spec => spec with { Hardware = new HardwareSpec { Gpu = new GpuSpec { ResourceClaims = [Element("""{"name":"g","resourceClaimName":"c"}""")] } } });
        PodPlanner.Plan(Service(), claimed, null, old).ShouldBeOfType<PodDecision.Refused>().Reason.ShouldBe(ServiceReasons.UnsupportedByCluster);
    }

    [Fact]
    public void A_claim_that_its_user_named_must_be_there_and_is_never_made()
    {
        var service = Service(spec => spec with { ModelCache = new ModelCacheSpec { ClaimName = "mine" } });

        PodPlanner.Plan(service, Model(), null, Cluster()).ShouldBeOfType<PodDecision.Refused>().Message.ShouldContain("mine");
        var there = Cluster() with { Claims = new Dictionary<string, string>(StringComparer.Ordinal) { ["mine"] = "Pending" } };
        Plan(service, Model(), there).Claims.ShouldBeEmpty();
    }

    [Fact]
    public void A_runtime_without_an_image_is_refused_with_what_to_do() =>
        PodPlanner.Plan(Service(spec => spec with { Runtime = RuntimeNames.Generic }), Model(), null, Cluster()).ShouldBeOfType<PodDecision.Refused>().Message.ShouldContain("spec.image");

    [Fact]
    public void A_service_on_nodes_keeps_its_port()
    {
        var service = Service(spec => spec with { ContainerPort = 9000, Endpoint = new EndpointSpec { Port = 80, Type = ServiceTypes.NodePort, NodePort = 30080 } });

        var port = Plan(service, Model()).Service.Spec!.Ports!.Single();

        (port.Port, port.NodePort, port.TargetPort).ShouldBe((80, 30080, new IntOrString("http")));
        Plan(service, Model()).Deployment.Spec!.Template!.Spec!.Containers!.Single().Ports!.Single().Port.ShouldBe(9000);
    }
}
