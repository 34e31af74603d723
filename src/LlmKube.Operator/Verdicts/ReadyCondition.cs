using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;

namespace LlmKube.Operator.Verdicts;

/// <summary>The one condition that says how a resource is.</summary>
internal static class ReadyCondition
{
    public static Condition? FindReady(this IReadOnlyList<Condition>? conditions) => conditions.FindCondition(ConditionTypes.Ready);
}
