using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources;

/// <summary>What <c>spec.priority</c> stands for.</summary>
public static class Priority
{
    /// <summary>The value of the PriorityClass, by which services and processes are compared.</summary>
    public static int WeightOf(string? priority) => priority switch
    {
        Priorities.Critical => 1_000_000,
        Priorities.High => 100_000,
        Priorities.Low => 1_000,
        Priorities.Batch => 100,
        _ => 10_000,
    };

    /// <summary>The PriorityClass of the pods: the one that is named, or the one that stands for the priority.</summary>
    public static string ClassNameOf(InferenceServiceSpec spec) =>
        string.IsNullOrEmpty(spec.PriorityClassName) ? $"llmkube-{Defaults.PriorityOf(spec)}" : spec.PriorityClassName;
}
