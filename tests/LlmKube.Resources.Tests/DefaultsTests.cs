using LlmKube.Resources.Runtimes;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests;

public sealed class DefaultsTests
{
    [Fact]
    public void An_empty_service_has_the_documented_defaults()
    {
        var spec = new InferenceServiceSpec();

        Defaults.RuntimeOf(spec).ShouldBe("llamacpp");
        Defaults.ReplicasOf(spec).ShouldBe(1);
        Defaults.DesiredReplicasOf(spec).ShouldBe(1);
        Defaults.PriorityOf(spec).ShouldBe("normal");
        Defaults.ServicePortOf(spec).ShouldBe(8080);
        Defaults.RuntimePortOf(spec).ShouldBe(8080);
        Defaults.EndpointPathOf(spec).ShouldBe("/v1/chat/completions");
        Defaults.ServiceTypeOf(spec).ShouldBe("ClusterIP");
        Defaults.MemoryOf(spec).ShouldBeNull();
        Priority.ClassNameOf(spec).ShouldBe("llmkube-normal");
    }

    [Fact]
    public void Suspending_wants_no_replicas_and_forgets_none()
    {
        var spec = new InferenceServiceSpec { Replicas = 3, Suspend = true };

        Defaults.DesiredReplicasOf(spec).ShouldBe(0);
        Defaults.ReplicasOf(spec).ShouldBe(3);
    }

    [Theory]
    [InlineData("vllm", null, null, 8000)]
    [InlineData("tgi", null, null, 80)]
    [InlineData("sglang", null, null, 30000)]
    [InlineData("vllm", null, 9000, 9000)]
    [InlineData("vllm", 9001, 9000, 9001)]
    public void The_runtime_listens_on_its_own_port_unless_told_otherwise(string runtime, int? containerPort, int? endpointPort, int expected) =>
        Defaults.RuntimePortOf(new InferenceServiceSpec
        {
            Runtime = runtime,
            ContainerPort = containerPort,
            Endpoint = endpointPort is null ? null : new EndpointSpec { Port = endpointPort },
        }).ShouldBe(expected);

    [Fact]
    public void Host_memory_wins_over_memory() =>
        Defaults.MemoryOf(new InferenceServiceSpec { Resources = new ServiceResources { Memory = "1Gi", HostMemory = "8Gi" } }).ShouldBe("8Gi");

    [Theory]
    [InlineData(null, true, "vulkan", "vulkan")]
    [InlineData("cpu", true, "rocm", "rocm")]
    [InlineData("cuda", true, "rocm", "cuda")]
    [InlineData("cpu", false, "rocm", "cpu")]
    [InlineData(null, true, null, "cpu")]
    public void A_gpu_runtime_names_the_accelerator_where_none_is(string? accelerator, bool enabled, string? runtime, string expected) =>
        Defaults.AcceleratorOf(new ModelSpec
        {
            Hardware = new HardwareSpec { Accelerator = accelerator, Gpu = new GpuSpec { Enabled = enabled, Runtime = runtime } },
        }).ShouldBe(expected);

    [Theory]
    [InlineData("critical", 1_000_000)]
    [InlineData("high", 100_000)]
    [InlineData("normal", 10_000)]
    [InlineData("low", 1_000)]
    [InlineData("batch", 100)]
    [InlineData(null, 10_000)]
    public void Priorities_have_the_weights_of_their_classes(string? priority, int weight) => Priority.WeightOf(priority).ShouldBe(weight);

    [Fact]
    public void A_named_priority_class_wins() =>
        Priority.ClassNameOf(new InferenceServiceSpec { Priority = "high", PriorityClassName = "mine" }).ShouldBe("mine");

    [Theory]
    [InlineData(null, "--reranking", null, "rerank")]
    [InlineData(null, "--embeddings", null, "embedding")]
    [InlineData(null, "--embedding=1", null, "embedding")]
    [InlineData(null, "--threads", "/v1/rerank", "rerank")]
    [InlineData(null, "--threads", "/v1/embeddings", "embedding")]
    [InlineData("chat", "--embedding", "/v1/embeddings", "chat")]
    [InlineData(null, "--threads", null, "chat")]
    public void The_mode_is_guessed_only_where_it_is_not_declared(string? mode, string argument, string? path, string expected) =>
        ServingMode.Of(new InferenceServiceSpec { Mode = mode, ExtraArgs = [argument], Endpoint = new EndpointSpec { Path = path } }).ShouldBe(expected);

    [Fact]
    public void Service_names_have_no_dots()
    {
        ServiceNames.ServiceOf("qwen-3.5.b").ShouldBe("qwen-3-5-b");
        ServiceNames.EndpointOf("a.b", "ns", 8080, "/v1/chat/completions").ShouldBe("http://a-b.ns.svc.cluster.local:8080/v1/chat/completions");
    }
}
