using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Kubernetes.Objects.Workloads;

/// <summary>batch/v1 Job: a pod that is run to its end.</summary>
public sealed record Job : IResource<Job>
{
    public static ResourceDefinition Definition { get; } = new("batch", "v1", "Job", "jobs", Namespaced: true);

    public static JsonTypeInfo<Job> JsonType => KubernetesJson.Default.Job;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public JobSpec? Spec { get; init; }

    public JobStatus? Status { get; init; }
}

/// <summary>batch/v1 JobSpec.</summary>
public sealed record JobSpec
{
    public int? BackoffLimit { get; init; }

    public int? TtlSecondsAfterFinished { get; init; }

    public PodTemplateSpec? Template { get; init; }
}

/// <summary>batch/v1 JobStatus.</summary>
public sealed record JobStatus
{
    public int? Active { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }

    /// <summary><c>Complete</c> and <c>Failed</c> end it.</summary>
    public IReadOnlyList<PodCondition>? Conditions { get; init; }
}
