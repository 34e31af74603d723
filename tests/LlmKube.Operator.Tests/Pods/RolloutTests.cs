using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Pods.Runtimes;
using LlmKube.Operator.Services;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>Pods that answer requests are not replaced while they do, where that is asked for.</summary>
public sealed class RolloutTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("llamacpp:requests_processing 0\n", true)]
    [InlineData("# HELP llamacpp:requests_processing x\nllamacpp:requests_processing 2\n", false)]
    [InlineData("llamacpp:requests_processing{slot=\"0\"} 0\nllamacpp:requests_processing{slot=\"1\"} 1\n", false)]
    [InlineData("llamacpp:requests_processing_total 0\n", false)]
    [InlineData("", false)]
    public void A_gauge_that_is_zero_is_idle_and_one_that_is_not_there_is_not(string metrics, bool idle) =>
        new IdleSignal("/metrics", "llamacpp:requests_processing").IsIdle(metrics).ShouldBe(idle);

    [Fact]
    public void What_tells_that_it_is_idle_is_the_annotation_then_the_runtime()
    {
        var service = new InferenceService { Metadata = new ObjectMeta { Name = "demo" }, Spec = new InferenceServiceSpec { ModelRef = "demo" } };
        var runtime = new RuntimeContainer { Name = "x", Arguments = [], LoadMetric = "queue", BusyMetric = "batch" };

        IdleSignal.Of(service, runtime).ShouldBe(new IdleSignal("/metrics", "batch"));
        IdleSignal.Of(service, runtime with { BusyMetric = null, LoadMetric = null }).ShouldBeNull();
        var annotated = service with { Metadata = service.Metadata with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.IdleEndpoint] = "idle" } } };
        IdleSignal.Of(annotated, runtime).ShouldBe(new IdleSignal("/idle", null));
    }

    [Fact]
    public void A_busy_pod_is_waited_for_until_patience_ends()
    {
        var service = Waiting(new RolloutPolicySpec { WaitForIdle = true, IdleTimeoutSeconds = 60 });

        RolloutGate.Decide(service, canBeAsked: true, busy: null, s_now).IsDeferred.ShouldBeFalse();
        RolloutGate.Decide(service, canBeAsked: true, busy: "demo-1", s_now).ShouldSatisfyAllConditions(delay => delay.IsDeferred.ShouldBeTrue(), delay => delay.Reason.ShouldBe("Busy"));
        RolloutGate.Decide(service, canBeAsked: false, busy: null, s_now).Reason.ShouldBe("Unknown");

        var since = new Condition { Type = ConditionTypes.RolloutDeferred, Status = Condition.True, Reason = "Busy", LastTransitionTime = s_now - TimeSpan.FromSeconds(60) };
        var waited = service with { Status = new InferenceServiceStatus { Conditions = [since] } };
        RolloutGate.Decide(waited, canBeAsked: true, busy: "demo-1", s_now).Reason.ShouldBe("IdleTimeoutExceeded");
        RolloutGate.Decide(waited, canBeAsked: true, busy: "demo-1", s_now - TimeSpan.FromSeconds(1)).IsDeferred.ShouldBeTrue();
    }

    [Fact]
    public async Task A_Deployment_keeps_its_pods_while_one_answers_a_request_and_gets_new_ones_after()
    {
        var busy = 1;
        await using var engine = await TestSite.StartAsync(context => context.Response.WriteAsync($"llamacpp:requests_processing {Volatile.Read(ref busy)}\n"));
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        using var stopping = new CancellationTokenSource();
        var time = new ManualTime();
        var running = RunAsync(api.Client, time, stopping.Token);
        await api.Client.Of<Model>().ApplyAsync(new Model { Metadata = Named("demo"), Spec = new ModelSpec { Source = SourceField.FromText("/models/demo.gguf") } }, s_user, CancellationToken.None);
        await ServeAsync(api.Client, new Uri(engine.At("")).Port, contextSize: 1024);
        await UntilAsync(time, async () => await ContextOfAsync(api.Client) == "1024");
        await PodAsync(api.Client, time.GetUtcNow());
        await UntilAsync(time, async () => (await api.Client.Of<InferenceService>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None)).Status?.ReadyReplicas == 1);

        await ServeAsync(api.Client, new Uri(engine.At("")).Port, contextSize: 2048);
        await UntilAsync(time, async () => (await ConditionAsync(api.Client))?.Status == Condition.True);
        (await ContextOfAsync(api.Client)).ShouldBe("1024");

        Volatile.Write(ref busy, 0);
        await UntilAsync(time, async () => await ContextOfAsync(api.Client) == "2048");
        await UntilAsync(time, async () => (await ConditionAsync(api.Client))?.Status != Condition.True);
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    [Fact]
    public void A_pod_goes_for_its_age_when_all_answer_the_oldest_first_and_alone()
    {
        var service = new InferenceService { Metadata = Named("demo"), Spec = new InferenceServiceSpec { ModelRef = "demo", MaxPodLifetimeSeconds = 60, MaxPodLifetimeIdleTimeoutSeconds = 10 } };
        ReplicaReport[] pods = [Answering("young", 30), Answering("old", 90), Answering("older", 120)];

        PodLifetime.Decide(service with { Spec = service.Spec with { MaxPodLifetimeSeconds = null } }, pods, isSettled: true, s_now).ShouldBeNull();
        PodLifetime.Decide(service, pods, isSettled: true, s_now).ShouldBeOfType<LifetimeDecision.Expired>().ShouldSatisfyAllConditions(
            expired => expired.Pod.Name.ShouldBe("older"), expired => expired.MayWaitUntil.ShouldBe(s_now - TimeSpan.FromSeconds(50)));
        PodLifetime.Decide(service, pods, isSettled: false, s_now).ShouldBeOfType<LifetimeDecision.Later>();
        PodLifetime.Decide(service, [pods[0]], isSettled: true, s_now).ShouldBeOfType<LifetimeDecision.Later>().Delay.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_pod_that_answers_may_be_moved_to_another_node_and_one_that_has_lived_its_time_is_replaced()
    {
        await using var engine = await TestSite.StartAsync(context => context.Response.WriteAsync("llamacpp:requests_processing 0\n"));
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        using var stopping = new CancellationTokenSource();
        var time = new ManualTime();
        var running = RunAsync(api.Client, time, stopping.Token);
        await api.Client.Of<Model>().ApplyAsync(new Model { Metadata = Named("demo"), Spec = new ModelSpec { Source = SourceField.FromText("/models/demo.gguf") } }, s_user, CancellationToken.None);
        await ServeAsync(api.Client, new Uri(engine.At("")).Port, contextSize: 1024);
        await UntilAsync(time, async () => await ContextOfAsync(api.Client) == "1024");
        var deployment = await api.Client.Of<Deployment>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None);
        deployment.Spec!.Template!.Metadata.Annotations![Annotations.DoNotDisrupt].ShouldBe("true");

        await PodAsync(api.Client, time.GetUtcNow(), deployment.Spec.Template.Metadata.Annotations);
        var key = new ObjectKey("default", "demo-1");
        await UntilAsync(time, async () => (await api.Client.Of<Pod>().GetAsync(key, CancellationToken.None)).Metadata.Annotations?.ContainsKey(Annotations.DoNotDisrupt) != true);

        var status = new DeploymentStatus { ObservedGeneration = 1000, Replicas = 1, UpdatedReplicas = 1, ReadyReplicas = 1, AvailableReplicas = 1 };
        await api.Client.Of<Deployment>().ApplyAsync(new Deployment { Metadata = Named("demo"), Status = status }, s_user with { Subresource = "status" }, CancellationToken.None);
        await ServeAsync(api.Client, new Uri(engine.At("")).Port, contextSize: 1024, lifetime: 36_000);
        await UntilAsync(time, async () => (await api.Client.Of<InferenceService>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None)).Status?.Phase == ServicePhases.Ready);
        (await api.Client.Of<Pod>().FindAsync(key, CancellationToken.None)).ShouldNotBeNull();

        // Time goes on between two looks: the operator may set its alarm just after it was put forward.
        await UntilAsync(time, async () =>
        {
            time.Advance(TimeSpan.FromHours(1));
            return await api.Client.Of<Pod>().FindAsync(key, CancellationToken.None) is null;
        });
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static ReplicaReport Answering(string name, int seconds) => new(name) { IsReady = true, StartedAt = s_now - TimeSpan.FromSeconds(seconds) };

    private static Task RunAsync(KubernetesClient client, ManualTime time, CancellationToken cancellationToken) =>
        OperatorRun.StartAsync(client, new OperatorOptions { Pods = new PodSettings { Image = "llmkube:test", AllowedHostPathRoots = ["/models"] } }, cancellationToken, time);

    /// <summary>A pod of the service that answers, as a kubelet reports it.</summary>
    private static async Task PodAsync(KubernetesClient client, DateTimeOffset started, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var pod = new Pod
        {
            Metadata = Named("demo-1") with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.Service] = "demo" }, Annotations = annotations },
            Spec = new PodSpec { Containers = [new Container { Name = "llama-server", Image = "x" }] },
        };
        await client.Of<Pod>().CreateAsync(pod, CancellationToken.None);
        var status = new PodStatus { Phase = "Running", StartTime = started, PodIP = "127.0.0.1", Conditions = [new PodCondition { Type = "Ready", Status = "True" }], ContainerStatuses = [new ContainerStatus { Name = "llama-server", Ready = true }] };
        await client.Of<Pod>().ApplyAsync(new Pod { Metadata = Named("demo-1"), Status = status }, s_user with { Subresource = "status" }, CancellationToken.None);
    }

    private static readonly ApplyOptions s_user = new("a-user");

    private static ObjectMeta Named(string name) => new() { Name = name, Namespace = "default" };

    private static InferenceService Waiting(RolloutPolicySpec policy) => new() { Metadata = Named("demo"), Spec = new InferenceServiceSpec { ModelRef = "demo", RolloutPolicy = policy } };

    private static async Task ServeAsync(KubernetesClient client, int port, int contextSize, long? lifetime = null) => await client.Of<InferenceService>().ApplyAsync(
        new InferenceService { Metadata = Named("demo"), Spec = new InferenceServiceSpec { ModelRef = "demo", ContextSize = contextSize, ContainerPort = port, Replicas = 1, MaxPodLifetimeSeconds = lifetime, RolloutPolicy = new RolloutPolicySpec { WaitForIdle = true } } }, s_user, CancellationToken.None);

    private static async Task<Condition?> ConditionAsync(KubernetesClient client) =>
        (await client.Of<InferenceService>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None)).Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.RolloutDeferred);

    private static async Task<string?> ContextOfAsync(KubernetesClient client)
    {
        var arguments = (await client.Of<Deployment>().FindAsync(new ObjectKey("default", "demo"), CancellationToken.None))?.Spec?.Template?.Spec?.Containers?[0].Args?.ToList();
        return arguments?.IndexOf("--ctx-size") is >= 0 and var at ? arguments[at + 1] : null;
    }

    /// <summary>Lets the operator's time go on until it holds.</summary>
    private static async Task UntilAsync(ManualTime time, Func<Task<bool>> holds)
    {
        for (var i = 0; i < 6000; i++)
        {
            if (await holds())
            {
                return;
            }

            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("It did not come to hold.");
    }
}
