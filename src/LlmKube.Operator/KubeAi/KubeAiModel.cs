using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator.KubeAi;

/// <summary>kubeai.org/v1 Model (github.com/kubeai-project/kubeai, api/k8s/v1).</summary>
public sealed record KubeAiModel : IResource<KubeAiModel>
{
    public static ResourceDefinition Definition { get; } = new("kubeai.org", "v1", "Model", "models", Namespaced: true);

    public static JsonTypeInfo<KubeAiModel> JsonType => KubeAiJson.Default.KubeAiModel;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    /// <summary>As it was written; <see cref="KubeAiTranslation"/> reads it.</summary>
    public JsonObject? Spec { get; init; }

    public KubeAiStatus? Status { get; init; }
}

/// <summary>kubeai.org/v1 ModelStatus.</summary>
public sealed record KubeAiStatus
{
    public KubeAiReplicas? Replicas { get; init; }
}

/// <summary>kubeai.org/v1 ModelStatusReplicas.</summary>
/// <param name="All">Replicas that there are.</param>
/// <param name="Ready">Those of them that answer.</param>
public sealed record KubeAiReplicas(int All, int Ready);

/// <summary>Reads and writes them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubeAiModel))]
internal sealed partial class KubeAiJson : JsonSerializerContext;
