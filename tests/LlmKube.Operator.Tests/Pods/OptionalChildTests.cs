using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>What a service has in clusters that have more than Kubernetes: routes of a gateway for AI traffic, objectives for monitoring.</summary>
public sealed class OptionalChildTests
{
    private static readonly ApplyOptions s_user = new("a-user");

    [Fact]
    public void The_three_objects_are_those_that_the_gateway_reads()
    {
        var gateway = new EndpointGatewaySpec { Enabled = true, GatewayRef = new GatewayReference { Name = "edge", Namespace = "gateways" }, ModelName = "llama" };
        var objects = GatewayObjects.Of(PodsUnderTest.Service(spec => spec with { Endpoint = new EndpointSpec { Port = 9000, Gateway = gateway } })).ShouldNotBeNull();

        objects.Backend.Spec!.Value.GetRawText().ShouldBe("""{"endpoints":[{"fqdn":{"hostname":"tinyllama-service.default.svc.cluster.local","port":9000}}]}""");
        objects.ServiceBackend.Spec!.Value.GetRawText().ShouldBe("""{"schema":{"name":"OpenAI"},"backendRef":{"name":"tinyllama-service","kind":"Backend","group":"gateway.envoyproxy.io"}}""");
        objects.Route.Spec!.Value.GetRawText().ShouldBe(
            """{"parentRefs":[{"name":"edge","kind":"Gateway","group":"gateway.networking.k8s.io","namespace":"gateways"}],"rules":[{"matches":[{"headers":[{"type":"Exact","name":"x-ai-eg-model","value":"llama"}]}],"backendRefs":[{"name":"tinyllama-service"}]}]}""");
        GatewayObjects.Of(PodsUnderTest.Service()).ShouldBeNull();
    }

    [Fact]
    public async Task A_route_comes_is_taken_and_goes_with_the_wish_for_it()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [.. CrdManifests.All, .. OtherDefinitions.All] });
        using var stopping = new CancellationTokenSource();
        var running = RunAsync(api.Client, stopping.Token);
        await ServeAsync(api.Client, enabled: true);
        var key = new ObjectKey("default", "demo");
        await Eventually.HoldsAsync(async () => (await StatusAsync(api.Client))?.Gateway is { RouteReady: false, ModelName: "demo" }, TimeSpan.FromMinutes(1));
        (await ConditionAsync(api.Client))!.Reason.ShouldBe("NotAccepted");

        var accepted = new Condition { Type = "Accepted", Status = Condition.True, Reason = "Accepted", LastTransitionTime = DateTimeOffset.UnixEpoch };
        await api.Client.Of<AiGatewayRoute>().ApplyAsync(
            new AiGatewayRoute { Metadata = new ObjectMeta { Name = "demo", Namespace = "default" }, Status = new AiGatewayRouteStatus { Conditions = [accepted] } }, s_user with { Subresource = "status" }, CancellationToken.None);
        await Eventually.HoldsAsync(async () => (await ConditionAsync(api.Client))?.Reason == "Exposed" && (await StatusAsync(api.Client))!.Gateway!.RouteReady == true, TimeSpan.FromMinutes(1));

        await ServeAsync(api.Client, enabled: false);
        await Eventually.HoldsAsync(
            async () => await api.Client.Of<AiGatewayRoute>().FindAsync(key, CancellationToken.None) is null && await api.Client.Of<AiServiceBackend>().FindAsync(key, CancellationToken.None) is null
                && await api.Client.Of<GatewayBackend>().FindAsync(key, CancellationToken.None) is null && (await ConditionAsync(api.Client))?.Status == Condition.False,
            TimeSpan.FromMinutes(1));
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    [Fact]
    public async Task A_cluster_without_such_a_gateway_is_said()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        using var stopping = new CancellationTokenSource();
        var running = RunAsync(api.Client, stopping.Token);
        await ServeAsync(api.Client, enabled: true);

        await Eventually.HoldsAsync(async () => (await ConditionAsync(api.Client))?.Reason == "GatewayCRDsNotInstalled", TimeSpan.FromMinutes(1));
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    [Theory]
    [InlineData(null, "llamacpp", "demo-availability", """{"bool_gauge":{"metric":"up{namespace=\"default\",service=\"demo\"}"}}""")]
    [InlineData("latency", "vllm", "demo-latency", """{"latency":{"success":{"metric":"vllm:e2e_request_latency_seconds_bucket{namespace=\"default\",service=\"demo\",le=\"2\"}"},"total":{"metric":"vllm:e2e_request_latency_seconds_count{namespace=\"default\",service=\"demo\"}"}}}""")]
    public void An_objective_is_that_which_Pyrra_reads(string? indicator, string runtime, string name, string wanted)
    {
        var slo = new SloSpec { Objective = "99.9", Indicator = indicator, LatencyThreshold = "2" };
        var service = new InferenceService { Metadata = new ObjectMeta { Name = "demo", Namespace = "default", Uid = "u" }, Spec = new InferenceServiceSpec { ModelRef = "demo", Runtime = runtime, Slo = slo } };
        var objective = ObjectiveObject.Of(service).ShouldNotBeNull();

        objective.Metadata.Name.ShouldBe(name);
        System.Text.Json.Nodes.JsonNode.Parse(objective.Spec!.Value.GetRawText())!["indicator"]!.ToJsonString(s_plain).ShouldBe(wanted);
        objective.Spec.Value.GetProperty("target").GetString().ShouldBe("99.9");
        ObjectiveObject.Of(service with { Spec = service.Spec with { Runtime = "sglang", Slo = slo with { Indicator = "latency" } } }).ShouldBeNull("it does not count how long requests take");
    }

    [Fact]
    public void Autoscaling_is_KEDA_s_where_it_is_there_and_knows_a_Prometheus()
    {
        var settings = PodsUnderTest.Settings with { PrometheusAddress = "http://prometheus.monitoring:9090" };
        var service = PodsUnderTest.Service(spec => spec with { Autoscaling = new AutoscalingSpec { MinReplicas = 2, MaxReplicas = 5 } });

        var with = Planned(new ObservedCluster(settings, new Capabilities { Autoscaling = true, Keda = true }));
        with.Autoscaler.ShouldBeNull("two would pull at the same Deployment");
        System.Text.Json.Nodes.JsonNode.Parse(with.ScaledObject.ShouldNotBeNull().Spec!.Value.GetRawText())!.ToJsonString(s_plain).ShouldBe(
            """{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"tinyllama-service"},"minReplicaCount":2,"maxReplicaCount":5,"triggers":[{"type":"prometheus","metricType":"AverageValue","metadata":{"serverAddress":"http://prometheus.monitoring:9090","query":"sum(llamacpp:requests_processing{namespace=\"default\",service=\"tinyllama-service\"})","threshold":"2"}}]}""");
        var without = Planned(new ObservedCluster(PodsUnderTest.Settings, new Capabilities { Autoscaling = true, Keda = true }));
        (without.Autoscaler, without.ScaledObject).ShouldSatisfyAllConditions(both => both.Autoscaler.ShouldNotBeNull(), both => both.ScaledObject.ShouldBeNull());

        PodPlan Planned(ObservedCluster cluster) => PodPlanner.Plan(service, PodsUnderTest.Model(), null, cluster).ShouldBeOfType<PodDecision.Planned>().Plan;
    }

    [Fact]
    public async Task An_objective_that_is_renamed_leaves_none_of_its_old_name()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [.. CrdManifests.All, .. OtherDefinitions.All] });
        using var stopping = new CancellationTokenSource();
        var running = RunAsync(api.Client, stopping.Token);
        await ServeAsync(api.Client, enabled: false, new SloSpec { Objective = "99", Name = "first" });
        await Eventually.HoldsAsync(async () => await ObjectivesAsync(api.Client) is ["first"], TimeSpan.FromMinutes(1));

        await ServeAsync(api.Client, enabled: false, new SloSpec { Objective = "99", Name = "second" });
        await Eventually.HoldsAsync(async () => await ObjectivesAsync(api.Client) is ["second"], TimeSpan.FromMinutes(1));
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static readonly System.Text.Json.JsonSerializerOptions s_plain = new() { TypeInfoResolver = KubernetesJson.Default, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task<string[]> ObjectivesAsync(KubernetesClient client) =>
        [.. (await client.Of<ServiceLevelObjective>().ListAsync(new ListOptions { Namespace = "default" }, CancellationToken.None)).Items.Select(one => one.Metadata.Name!)];

    private static Task RunAsync(KubernetesClient client, CancellationToken cancellationToken) =>
        OperatorRun.StartAsync(client, new OperatorOptions { Pods = new PodSettings { Image = "llmkube:test", AllowedHostPathRoots = ["/models"] } }, cancellationToken);

    private static async Task ServeAsync(KubernetesClient client, bool enabled, SloSpec? slo = null)
    {
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        await client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = SourceField.FromText("/models/demo.gguf") } }, s_user, CancellationToken.None);
        var gateway = new EndpointGatewaySpec { Enabled = enabled, GatewayRef = new GatewayReference { Name = "edge" } };
        await client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = "demo", Replicas = 1, Slo = slo, Endpoint = new EndpointSpec { Gateway = gateway } } }, s_user, CancellationToken.None);
    }

    private static async Task<InferenceServiceStatus?> StatusAsync(KubernetesClient client) =>
        (await client.Of<InferenceService>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None)).Status;

    private static async Task<Condition?> ConditionAsync(KubernetesClient client) =>
        (await StatusAsync(client))?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.GatewayReady);
}
