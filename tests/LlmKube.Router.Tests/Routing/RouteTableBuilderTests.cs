using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Router.Routing;
using Shouldly;

namespace LlmKube.Router.Tests.Routing;

/// <summary>From API objects to routes.</summary>
public sealed class RouteTableBuilderTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Ready_endpoints_of_all_slices_are_targets_once_each()
    {
        var slices = new[]
        {
            Slice("demo", ["10.0.0.2", "10.0.0.1"]),
            Slice("demo", ["10.0.0.1", "fd00::1"], port: 8080),
            Slice("other", ["10.0.0.9"]),
            Slice("demo", ["10.0.0.8"]) with { Metadata = Meta("x", "elsewhere", service: "demo") },
        };
        Endpoints(Build([Inference("demo")], [], slices)).ShouldBe("10.0.0.1:8080 10.0.0.2:8080 [fd00::1]:8080");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(null, true)]
    [InlineData(false, false)]
    public void An_endpoint_is_ready_unless_it_says_otherwise(bool? ready, bool expected)
    {
        var slice = Slice("demo", []) with
        {
            Endpoints = [new Endpoint { Addresses = ["10.0.0.1"], Conditions = new EndpointConditions { Ready = ready } }],
        };
        (Single(Build([Inference("demo")], [], [slice])).State is TargetState.Ready).ShouldBe(expected);
    }

    [Fact]
    public void The_port_is_the_one_that_the_Service_calls_http()
    {
        var service = new Service
        {
            Metadata = Meta("demo", "default"),
            Spec = new ServiceSpec { Ports = [new ServicePort { Name = "metrics", Port = 1 }, new ServicePort { Name = "http", Port = 80 }] },
        };
        var slice = Slice("demo", ["10.0.0.1"]) with
        {
            Ports = [new EndpointPort { Name = "metrics", Port = 9090 }, new EndpointPort { Name = "http", Port = 8000, Protocol = "TCP" }],
        };
        Endpoints(Build([Inference("demo")], [service], [slice])).ShouldBe("10.0.0.1:8000");
    }

    [Fact]
    public void Without_that_name_the_port_is_the_declared_one()
    {
        var service = new Service
        {
            Metadata = Meta("demo", "default"),
            Spec = new ServiceSpec { Ports = [new ServicePort { Name = "a", Port = 1 }, new ServicePort { Name = "b", Port = 81 }] },
        };
        var slice = Slice("demo", ["10.0.0.1"]) with { Ports = [new EndpointPort { Name = "a", Port = 2 }, new EndpointPort { Name = "b", Port = 3 }] };
        var inference = Inference("demo") with { Spec = new InferenceServiceSpec { Endpoint = new EndpointSpec { Port = 81 } } };
        Endpoints(Build([inference], [service], [slice])).ShouldBe("10.0.0.1:3");
    }

    [Fact]
    public void A_dotted_name_has_a_Service_with_dashes() =>
        Endpoints(Build([Inference("llama-3.1")], [], [Slice("llama-3-1", ["10.0.0.1"])])).ShouldBe("10.0.0.1:8080");

    [Fact]
    public void What_is_no_address_is_no_endpoint() =>
        Build([Inference("demo")], [], [Slice("demo", ["10.0.0.1:80/x?"])]).Table.Targets.Single().State.ShouldBeOfType<TargetState.NoneReady>();

    [Theory]
    [InlineData(179, true)]
    [InlineData(181, false)]
    public void A_slice_counts_while_its_agents_heartbeat_is_younger_than_three_minutes(int ageSeconds, bool ready)
    {
        var built = Build([Inference("demo")], [], [Beating("demo", s_now.AddSeconds(-ageSeconds).ToString("O"))]);
        if (ready)
        {
            Endpoints(built).ShouldBe("10.0.0.1:8080");
            built.GoodUntil.ShouldBe(s_now.AddSeconds(1));
        }
        else
        {
            Reason(built).ShouldBe("The agent that runs it gave no sign of life for more than 3 minutes; start the agent again.");
            built.GoodUntil.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("yesterday", false)]
    [InlineData("9999-12-31T23:59:59Z", true)]
    [InlineData("2030-01-02T03:04:00Z", true)]
    [InlineData("2030-01-02T05:04:00+02:00", true)]
    public void An_unreadable_heartbeat_is_none(string text, bool ready) =>
        (Single(Build([Inference("demo")], [], [Beating("demo", text)])).State is TargetState.Ready).ShouldBe(ready);

    [Fact]
    public void The_table_is_good_until_the_first_heartbeat_is_too_old()
    {
        var slices = new[] { Beating("a", s_now.AddSeconds(-10).ToString("O")), Beating("b", s_now.AddSeconds(-100).ToString("O")) };
        Build([Inference("a"), Inference("b")], [], slices).GoodUntil.ShouldBe(s_now.AddSeconds(80));
    }

    [Fact]
    public void A_service_that_is_to_stop_gets_no_requests()
    {
        var slice = Slice("demo", ["10.0.0.1"]);
        Reason(Build([Inference("demo") with { Spec = new InferenceServiceSpec { Suspend = true } }], [], [slice])).ShouldBe("It is suspended; set spec.suspend to false.");
        Reason(Build([Inference("demo") with { Spec = new InferenceServiceSpec { Replicas = 0 } }], [], [slice])).ShouldBe("It is scaled to zero; set spec.replicas to 1 or more.");
        var deleted = Inference("demo") with { Metadata = Meta("demo", "default") with { DeletionTimestamp = s_now } };
        Reason(Build([deleted], [], [slice])).ShouldBe("It is being deleted.");
    }

    public static TheoryData<string?, string?, string?, string?, string> Statuses => new()
    {
        { null, null, null, null, "The operator has not looked at it yet." },
        { "Progressing", null, null, null, "Its phase is Progressing." },
        { "Progressing", "Loading the model", null, null, "Progressing: Loading the model." },
        { "Failed", "No replica is ready.", "The file is no GGUF file. Check spec.source.", null, "Failed: The file is no GGUF file. Check spec.source." },
        { "WaitingForGPU", null, null, "0 of 1 GPUs are free", "WaitingForGPU: 0 of 1 GPUs are free." },
        { "Ready", null, null, null, "Its replicas are ready and its Service has no ready endpoint yet." },
    };

    [Theory]
    [MemberData(nameof(Statuses))]
    public void The_reason_comes_from_the_status(string? phase, string? notReady, string? stalled, string? scheduling, string expected)
    {
        var conditions = new List<Condition>();
        Add(ConditionTypes.Ready, Condition.False, notReady);
        Add(ConditionTypes.Stalled, Condition.True, stalled);
        var status = phase is null ? null : new InferenceServiceStatus { Phase = phase, SchedulingMessage = scheduling, Conditions = conditions };
        Reason(Build([Inference("demo") with { Status = status }], [], [])).ShouldBe(expected);

        void Add(string type, string value, string? message)
        {
            if (message is not null)
            {
                conditions.Add(new Condition { Type = type, Status = value, Reason = "R", Message = message });
            }
        }
    }

    [Theory]
    [InlineData(RuntimeNames.LlamaCpp, null, null)]
    [InlineData(RuntimeNames.Sglang, null, "base")]
    [InlineData(RuntimeNames.Vllm, "--served-model-name=mine", "mine")]
    [InlineData(RuntimeNames.Vllm, null, "base")]
    public void An_engine_that_insists_on_a_name_gets_it(string runtime, string? argument, string? expected)
    {
        var spec = new InferenceServiceSpec { ModelRef = "base", Runtime = runtime, ExtraArgs = argument is null ? null : [argument] };
        Single(Build([Inference("demo") with { Spec = spec }], [], [])).ServedName.ShouldBe(expected);
    }

    private static BuiltRoutes Build(IEnumerable<InferenceService> inferences, IEnumerable<Service> services, IEnumerable<EndpointSlice> slices) =>
        RouteTableBuilder.Build(inferences, services, slices, s_now);

    [Theory]
    [InlineData("25", true, 25)]
    [InlineData("250", true, 100)]
    [InlineData("0", true, null)]
    [InlineData("-1", true, null)]
    [InlineData("many", true, null)]
    [InlineData(null, true, null)]
    [InlineData("25", false, null)]
    public void A_service_that_is_tried_takes_a_part_of_the_others_requests_and_has_no_name_of_its_own(string? weight, bool ready, int? expected)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.CanaryOf] = "demo" };
        if (weight is not null)
        {
            annotations[Annotations.CanaryWeight] = weight;
        }

        var tried = Inference("tried") with { Metadata = Meta("tried", "default") with { Annotations = annotations } };
        var built = Build([tried, Inference("demo")], [], [Slice("demo", ["10.0.0.1"]), .. ready ? new[] { Slice("tried", ["10.0.0.2"]) } : []]);

        (Single(built).Canary?.Weight).ShouldBe(expected);
        (Single(built).Canary?.Endpoints.ToArray() ?? []).ShouldBe(expected is null ? [] : [new BackendEndpoint("10.0.0.2", 8080)]);
        built.Table.Tried.ShouldBe([tried.Key()]);
    }

    private static ModelTarget Single(BuiltRoutes built) => built.Table.Targets.Single();

    private static string Endpoints(BuiltRoutes built) => string.Join(' ', Single(built).State.ShouldBeOfType<TargetState.Ready>().Endpoints);

    private static string Reason(BuiltRoutes built) => Single(built).State.ShouldBeOfType<TargetState.NoneReady>().Reason;

    private static InferenceService Inference(string name) => new() { Metadata = Meta(name, "default"), Spec = new InferenceServiceSpec { ModelRef = "m" } };

    private static EndpointSlice Slice(string service, IEnumerable<string> addresses, int port = 8080) => new()
    {
        Metadata = Meta(service + "-1", "default", service),
        Ports = [new EndpointPort { Name = "http", Port = port }],
        Endpoints = [.. addresses.Select(a => new Endpoint { Addresses = [a], Conditions = new EndpointConditions { Ready = true } })],
    };

    private static EndpointSlice Beating(string service, string heartbeat) => Slice(service, ["10.0.0.1"]) with
    {
        Metadata = Meta(service + "-1", "default", service) with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.AgentHeartbeat] = heartbeat } },
    };

    private static ObjectMeta Meta(string name, string ns, string? service = null) => new()
    {
        Name = name,
        Namespace = ns,
        Labels = service is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ServiceName] = service },
    };
}
