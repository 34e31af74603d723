using System.Text.Json;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Pods;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;
using static LlmKube.Operator.Tests.Pods.PodsUnderTest;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>The pods of the worked examples of existing LLMKube.</summary>
public sealed class PodTemplateTests
{
    [Fact]
    public void The_quickstart_s_pod()
    {
        var pod = Template(Service(), Model()).Spec!;

        var engine = pod.Containers!.ShouldHaveSingleItem();
        engine.Name.ShouldBe("llama-server");
        engine.Image.ShouldBe("ghcr.io/ggml-org/llama.cpp:server");
        engine.Args.ShouldBe(["--model", $"/models/{Key}/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf", "--port", "8080", "--host", "::", "--metrics"]);
        engine.Ports.ShouldBe([new ContainerPort { Name = "http", Port = 8080, Protocol = "TCP" }]);
        engine.Resources!.Requests!.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["cpu"] = "500m", ["memory"] = "1Gi" });
        engine.Resources.Limits.ShouldBeNull();
        engine.TerminationMessagePolicy.ShouldBe("FallbackToLogsOnError");
        Json(engine.StartupProbe!.Value).ShouldBe("""{"httpGet":{"path":"/health","port":"http"},"periodSeconds":10,"timeoutSeconds":5,"failureThreshold":180}""");
        Json(engine.LivenessProbe!.Value).ShouldContain("\"periodSeconds\":15");
        Json(engine.SecurityContext!.Value).ShouldBe("""{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}""");
        pod.PriorityClassName.ShouldBe("llmkube-normal");
        pod.Tolerations.ShouldBeNull();
        pod.EnableServiceLinks.ShouldBeNull();
    }

    [Fact]
    public void Pods_meet_the_restricted_standard_and_leave_ids_to_the_cluster_where_it_wants_that()
    {
        Json(Template(Service(), Model()).Spec!.SecurityContext!.Value)
            .ShouldBe("""{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"},"runAsUser":65532,"fsGroup":102,"fsGroupChangePolicy":"OnRootMismatch"}""");
        Json(Template(Service(), Model(), Settings with { RunAsUser = null, FsGroup = null }).Spec!.SecurityContext!.Value)
            .ShouldBe("""{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}""");
    }

    [Theory]
    [InlineData(1, "--n-gpu-layers 99")]
    [InlineData(2, "--n-gpu-layers 99 --split-mode layer --tensor-split 1,1")]
    public void Nvidia(int count, string arguments)
    {
        var pod = Template(Service(), Model(change: WithGpu(new GpuSpec { Enabled = true, Count = count }))).Spec!;

        var engine = pod.Containers!.Single();
        engine.Image.ShouldBe("ghcr.io/ggml-org/llama.cpp:server-cuda-b10068");
        string.Join(' ', engine.Args!).ShouldContain($"--host :: {arguments} --metrics");
        engine.Resources!.Limits!["nvidia.com/gpu"].ShouldBe($"{count}");
        Json(pod.Tolerations).ShouldBe(["""{"key":"nvidia.com/gpu","operator":"Equal","value":"present","effect":"NoSchedule"}"""]);
    }

    [Fact]
    public void Amd_through_vulkan_gets_the_render_device_and_its_group()
    {
        var model = Model(change: WithGpu(new GpuSpec { Enabled = true, Count = 1, Vendor = GpuVendors.Amd, Runtime = GpuRuntimes.Vulkan }));

        var pod = Template(Service(), model, Settings with { RenderGroup = 992 }).Spec!;

        pod.Containers!.Single().Resources!.Limits!["devic.es/dri-render"].ShouldBe("1");
        Json(pod.SecurityContext!.Value).ShouldContain("\"supplementalGroups\":[992]");
    }

    [Fact]
    public void A_slice_of_a_gpu_is_asked_for_and_tolerated_by_its_own_name()
    {
        var service = Service(spec => spec with { Resources = new ServiceResources { Gpu = 1, GpuSharing = new GpuSharingSpec { Mode = GpuSharingModes.Partitioned, Profile = "3g.20gb" } } });

        var pod = Template(service, Model()).Spec!;

        pod.Containers!.Single().Resources!.Limits!["nvidia.com/mig-3g.20gb"].ShouldBe("1");
        Json(pod.Tolerations).Single().ShouldContain("\"key\":\"nvidia.com/mig-3g.20gb\"");
    }

    [Fact]
    public void Claimed_gpus_are_named_by_the_pod_and_used_by_the_container()
    {
        var claim = Element("""{"name":"gpu","resourceClaimTemplateName":"one-gpu"}""");

        var pod = Template(Service(), Model(change: WithGpu(new GpuSpec { ResourceClaims = [claim] }))).Spec!;

        Json(pod.ResourceClaims).ShouldBe(["""{"name":"gpu","resourceClaimTemplateName":"one-gpu"}"""]);
        Json(pod.Containers!.Single().Resources!.Claims).ShouldBe(["""{"name":"gpu"}"""]);
        pod.Containers!.Single().Args!.ShouldHave("--n-gpu-layers");
        pod.Tolerations.ShouldBeNull();
    }

    [Theory]
    [InlineData(RuntimeNames.Vllm, "vllm", "vllm/vllm-openai:v0.25.1", 8000, "/health")]
    [InlineData(RuntimeNames.Sglang, "sglang", "lmsysorg/sglang:v0.5.15.post1-cu129", 30000, "/health_generate")]
    [InlineData(RuntimeNames.Tgi, "tgi", "ghcr.io/huggingface/text-generation-inference:3.3.7", 80, "/health")]
    public void Each_runtime_has_its_image_its_port_and_its_probes(string runtime, string name, string image, int port, string health)
    {
        var service = Service(spec => spec with { Runtime = runtime, SkipModelInit = true, Resources = new ServiceResources { Gpu = 1 } });

        var pod = Template(service, Model("org/repo", spec => spec with { Format = ModelFormats.Safetensors })).Spec!;

        var engine = pod.Containers!.Single();
        engine.Name.ShouldBe(name);
        engine.Image.ShouldBe(image);
        engine.Ports!.Single().Port.ShouldBe(port);
        Json(engine.ReadinessProbe!.Value).ShouldContain($"\"path\":\"{health}\"");
        string.Join(' ', engine.Args!).ShouldContain("org/repo");
        Json(engine.Env).ShouldHave("""{"name":"HOME","value":"/tmp"}""");
        Json(pod.Volumes).ShouldHave("""{"name":"shared-memory","emptyDir":{"medium":"Memory"}}""");
    }

    [Fact]
    public void Vllm_is_not_told_of_a_service_that_is_called_vllm() =>
        Template(Service(spec => spec with { Runtime = RuntimeNames.Vllm }), Model()).Spec!.EnableServiceLinks.ShouldBe(false);

    [Fact]
    public void A_generic_runtime_is_what_its_user_says()
    {
        var service = Service(spec => spec with { Runtime = RuntimeNames.Generic, Image = "my/server:1", Command = ["/serve"], Args = ["--x"], ContainerPort = 9000 });

        var engine = Template(service, Model()).Spec!.Containers!.Single();

        (engine.Name, engine.Image).ShouldBe(("inference-server", "my/server:1"));
        engine.Command.ShouldBe(["/serve"]);
        engine.Args.ShouldBe(["--x"]);
        Json(engine.ReadinessProbe!.Value).ShouldContain("tcpSocket");
        engine.Ports!.Single().Port.ShouldBe(9000);
    }

    [Fact]
    public void What_users_add_comes_after_what_is_ours()
    {
        var service = Service(spec => spec with
        {
            Env = [Element("""{"name":"A","value":"1"}""")],
            ExtraVolumes = [Element("""{"name":"more","emptyDir":{}}""")],
            ExtraVolumeMounts = [Element("""{"name":"more","mountPath":"/more"}""")],
            Tolerations = [Element("""{"key":"k","operator":"Exists"}""")],
            NodeSelector = new Dictionary<string, string>(StringComparer.Ordinal) { ["disk"] = "fast" },
            PodLabels = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "a", ["app"] = "not-this" },
            PodAnnotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = "b" },
            ImagePullSecrets = [new LocalObjectReference { Name = "pull" }],
            PriorityClassName = "mine",
            ProbeOverrides = new ProbeOverrides { Liveness = Element("""{"exec":{"command":["true"]}}""") },
            SecurityContext = Element("""{"runAsUser":7}"""),
        });

        var template = Template(service, Model());

        var (pod, engine) = (template.Spec!, template.Spec!.Containers!.Single());
        Json(engine.Env).ShouldBe(["""{"name":"A","value":"1"}"""]);
        Json(pod.Volumes)[^1].ShouldBe("""{"name":"more","emptyDir":{}}""");
        Json(engine.VolumeMounts)[^1].ShouldBe("""{"name":"more","mountPath":"/more"}""");
        Json(pod.Tolerations).ShouldBe(["""{"key":"k","operator":"Exists"}"""]);
        pod.NodeSelector!["disk"].ShouldBe("fast");
        template.Metadata.Labels!["team"].ShouldBe("a");
        template.Metadata.Labels["app"].ShouldBe("tinyllama-service", "labels that select are ours");
        template.Metadata.Annotations!["note"].ShouldBe("b");
        Json(pod.ImagePullSecrets).ShouldBe(["""{"name":"pull"}"""]);
        pod.PriorityClassName.ShouldBe("mine");
        Json(engine.LivenessProbe!.Value).ShouldBe("""{"exec":{"command":["true"]}}""");
        Json(engine.SecurityContext!.Value).ShouldBe("""{"runAsUser":7}""");
    }

    [Theory]
    [InlineData(null, "registry.local/mirror/ggml-org/llama.cpp:server")]
    [InlineData("llamacpp=x", "own/llama:1")]
    public void Images_come_from_where_the_installation_says(string? own, string image)
    {
        var settings = Settings with
        {
            ImageRegistry = "registry.local/mirror",
            RuntimeImages = own is null ? Settings.RuntimeImages : new Dictionary<string, string>(StringComparer.Ordinal) { ["llamacpp"] = "own/llama:1" },
        };

        Template(Service(), Model(), settings).Spec!.Containers!.Single().Image.ShouldBe(image);
        Template(Service(spec => spec with { Image = "the/users:own" }), Model(), settings).Spec!.Containers!.Single().Image.ShouldBe("the/users:own");
    }

    [Theory]
    [InlineData("vllm/vllm-openai:v1", "r/vllm/vllm-openai:v1")]
    [InlineData("ghcr.io/a/b:c", "r/a/b:c")]
    [InlineData("localhost:5000/b:c", "r/b:c")]
    [InlineData("busybox:1", "r/busybox:1")]
    public void A_mirror_keeps_the_path(string image, string mirrored) => ImageNames.From("r/", image).ShouldBe(mirrored);

    [Fact]
    public void Pods_roll_when_a_model_that_follows_its_source_has_a_new_revision()
    {
        static JsonElement? RevisionOf(string policy)
        {
            var annotations = Template(Service(), Model(change: spec => spec with { RefreshPolicy = policy })).Metadata.Annotations;
            return annotations?.GetValueOrDefault("inference.llmkube.dev/model-revision") is not { } revision ? null : Element($$"""{"r":"{{revision}}"}""");
        }

        Json(RevisionOf(RefreshPolicies.OnChange)!.Value).ShouldBe("""{"r":"r1"}""");
        RevisionOf(RefreshPolicies.IfNotPresent).ShouldBeNull();
    }

    private static Func<ModelSpec, ModelSpec> WithGpu(GpuSpec gpu) => spec => spec with { Hardware = new HardwareSpec { Gpu = gpu } };
}
