using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>A model being served: which runtime answers for it, how many replicas, and with what.</summary>
[CustomResource("isvc", SpecReplicasPath = ".spec.replicas", StatusReplicasPath = ".status.replicas", LabelSelectorPath = ".status.selector")]
[PrinterColumn(0, "Phase", "string", ".status.phase")]
[PrinterColumn(1, "Model", "string", ".spec.modelRef")]
[PrinterColumn(2, "Replicas", "string", ".status.readyReplicas")]
[PrinterColumn(3, "Reason", "string", ".status.schedulingStatus", Wide = true)]
[PrinterColumn(4, "Queue", "integer", ".status.queuePosition", Wide = true)]
[PrinterColumn(5, "Priority", "string", ".spec.priority", Wide = true)]
[PrinterColumn(6, "Endpoint", "string", ".status.endpoint")]
[PrinterColumn(7, "Age", "date", ".metadata.creationTimestamp")]
public sealed record InferenceService : IResource<InferenceService>
{
    private static readonly InferenceServiceSpec s_noSpec = new();

    public static ResourceDefinition Definition { get; } =
        new("inference.llmkube.dev", "v1alpha1", "InferenceService", "inferenceservices", Namespaced: true);

    public static JsonTypeInfo<InferenceService> JsonType => ResourcesJson.Default.InferenceService;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    /// <summary>What is wanted; empty where the object carries none.</summary>
    [JsonIgnore]
    public InferenceServiceSpec Spec
    {
        get => DeclaredSpec ?? s_noSpec;
        init => DeclaredSpec = value;
    }

    /// <summary>What is served, by what, and how.</summary>
    /// <remarks>Null in an object that is written for its status alone.</remarks>
    [Required]
    [JsonPropertyName("spec")]
    public InferenceServiceSpec? DeclaredSpec { get; init; }

    /// <summary>What the operator found out; written by it alone.</summary>
    public InferenceServiceStatus? Status { get; init; }
}
