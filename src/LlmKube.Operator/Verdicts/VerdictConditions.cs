using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;

namespace LlmKube.Operator.Verdicts;

/// <summary>
/// The conditions that every verdict turns into: <c>Ready</c>, kstatus's <c>Reconciling</c> and <c>Stalled</c>,
/// and the existing LLMKube's <c>Available</c>, <c>Progressing</c> and <c>Degraded</c>.
/// </summary>
internal static class VerdictConditions
{
    public static IReadOnlyList<Condition> Of(Verdict verdict, long? generation)
    {
        var ready = verdict is Verdict.Ready;
        var waiting = verdict is Verdict.Waiting;
        var blocked = verdict is Verdict.Blocked;
        return
        [
            Make(ConditionTypes.Ready, ready),
            Make(ConditionTypes.Reconciling, waiting),
            Make(ConditionTypes.Stalled, blocked),
            Make(ConditionTypes.Available, ready),
            Make(ConditionTypes.Progressing, waiting),
            Make(ConditionTypes.Degraded, blocked),
        ];

        Condition Make(string type, bool status) => new()
        {
            Type = type,
            Status = status ? Condition.True : Condition.False,
            Reason = verdict.Reason,
            Message = verdict.Message,
            ObservedGeneration = generation,
        };
    }
}
