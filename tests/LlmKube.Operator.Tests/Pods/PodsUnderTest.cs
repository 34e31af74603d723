using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Pods.Runtimes;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;
using Shouldly;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>The quickstart of existing LLMKube, and what becomes of it in a cluster.</summary>
internal static class PodsUnderTest
{
    public const string Source = "https://huggingface.co/TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF/resolve/main/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf";
    public const string Key = "ffd7696959984b4f";

    public static PodSettings Settings { get; } = new() { Image = "llmkube:test" };

    public static Model Model(string source = Source, Func<ModelSpec, ModelSpec>? change = null, params string[] files)
    {
        var spec = new ModelSpec { Source = SourceField.FromText(source) };
        return new Model
        {
            Metadata = new ObjectMeta { Name = "tinyllama", Namespace = "default", Uid = "model-uid", Generation = 1 },
            Spec = change?.Invoke(spec) ?? spec,
            Status = new ModelStatus { Phase = ModelPhases.Ready, StagedFiles = files.Length == 0 ? null : files, ResolvedRevision = "r1" },
        };
    }

    public static InferenceService Service(Func<InferenceServiceSpec, InferenceServiceSpec>? change = null)
    {
        var spec = new InferenceServiceSpec { ModelRef = "tinyllama", Replicas = 1, Resources = new ServiceResources { Cpu = "500m", Memory = "1Gi" } };
        return new InferenceService
        {
            Metadata = new ObjectMeta { Name = "tinyllama-service", Namespace = "default", Uid = "service-uid", Generation = 1 },
            Spec = change?.Invoke(spec) ?? spec,
        };
    }

    public static StoragePlan Planned(InferenceService service, Model model, PodSettings? settings = null, Model? draft = null, int minor = 36)
    {
        var decision = StoragePlanner.Plan(service, model, draft, settings ?? Settings, minor);
        return decision.ShouldBeOfType<StorageDecision.Planned>((decision as StorageDecision.Refused)?.Message).Plan;
    }

    public static StorageDecision.Refused Refused(InferenceService service, Model model, PodSettings? settings = null, int minor = 36) =>
        StoragePlanner.Plan(service, model, null, settings ?? Settings, minor).ShouldBeOfType<StorageDecision.Refused>();

    public static PodTemplateSpec Template(InferenceService service, Model model, PodSettings? settings = null)
    {
        var context = new RuntimeContext(service, model, Planned(service, model, settings), GpuRequest.Of(service.Spec, model.Spec));
        return PodTemplate.Build(context, RuntimeContainers.Of(context), settings ?? Settings).ShouldNotBeNull();
    }

    public static PodPlan Plan(InferenceService service, Model model, ObservedCluster? cluster = null)
    {
        var decision = PodPlanner.Plan(service, model, null, cluster ?? Cluster());
        return decision.ShouldBeOfType<PodDecision.Planned>((decision as PodDecision.Refused)?.Message).Plan;
    }

    /// <summary>A cluster that serves everything.</summary>
    public static ObservedCluster Cluster(PodSettings? settings = null) =>
        new(settings ?? Settings, new Capabilities { Autoscaling = true, DisruptionBudgets = true, ResourceClaims = true, Minor = 36 });

    /// <summary>A part as JSON in one line, as it reads in a manifest.</summary>
    public static string Json(JsonElement part) => part.GetRawText();

    public static IReadOnlyList<string> Json(IReadOnlyList<JsonElement>? parts) => [.. (parts ?? []).Select(Json)];

    public static void ShouldHave(this IReadOnlyList<string> parts, string part) => parts.Any(one => one == part).ShouldBeTrue($"{part} among {string.Join(", ", parts)}");

    public static JsonElement Element(string json) => PodJson.Of(JsonNode.Parse(json)!.AsObject());
}
