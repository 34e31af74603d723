using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>A model: where its files come from, how they are checked, and what hardware they are meant for.</summary>
[CustomResource("mdl")]
[PrinterColumn(0, "Phase", "string", ".status.phase")]
[PrinterColumn(1, "Size", "string", ".status.size")]
[PrinterColumn(2, "Accelerator", "string", ".spec.hardware.accelerator")]
[PrinterColumn(3, "Arch", "string", ".status.gguf.architecture", Wide = true)]
[PrinterColumn(4, "Age", "date", ".metadata.creationTimestamp")]
public sealed record Model : IResource<Model>
{
    private static readonly ModelSpec s_noSpec = new();

    public static ResourceDefinition Definition { get; } = new("inference.llmkube.dev", "v1alpha1", "Model", "models", Namespaced: true);

    public static JsonTypeInfo<Model> JsonType => ResourcesJson.Default.Model;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    /// <summary>What is wanted; empty where the object carries none.</summary>
    [JsonIgnore]
    public ModelSpec Spec
    {
        get => DeclaredSpec ?? s_noSpec;
        init => DeclaredSpec = value;
    }

    /// <summary>Where the model comes from and what it needs.</summary>
    /// <remarks>Null in an object that is written for its status alone.</remarks>
    [Required]
    [JsonPropertyName("spec")]
    public ModelSpec? DeclaredSpec { get; init; }

    /// <summary>What the operator found out; written by it alone.</summary>
    public ModelStatus? Status { get; init; }
}
