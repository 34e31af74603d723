using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Router.Routing;

/// <summary>Why no replica of a service answers, in a sentence made of what its status says.</summary>
internal static class NotReadyReason
{
    public static string Of(InferenceService service, int staleEndpoints)
    {
        if (service.IsBeingDeleted())
        {
            return "It is being deleted.";
        }

        if (service.Spec.Suspend == true)
        {
            return "It is suspended; set spec.suspend to false.";
        }

        if (service.Spec.Replicas == 0)
        {
            return "It is scaled to zero; set spec.replicas to 1 or more.";
        }

        if (staleEndpoints > 0)
        {
            return $"The agent that runs it gave no sign of life for more than {RouteTableBuilder.MaxHeartbeatAge.TotalMinutes:0} minutes; start the agent again.";
        }

        if (service.Status is not { } status)
        {
            return "The operator has not looked at it yet.";
        }

        var said = Sentence(status.Conditions);
        return status.Phase switch
        {
            _ when said is not null => string.IsNullOrEmpty(status.Phase) ? said : $"{status.Phase}: {said}",
            ServicePhases.Ready => "Its replicas are ready and its Service has no ready endpoint yet.",
            null or "" => "The operator has not finished looking at it.",
            var phase => string.IsNullOrEmpty(status.SchedulingMessage) ? $"Its phase is {phase}." : $"{phase}: {End(status.SchedulingMessage)}",
        };
    }

    /// <summary>What needs a person first, then why it is not ready.</summary>
    private static string? Sentence(IReadOnlyList<Condition>? conditions)
    {
        if (conditions.FindCondition(ConditionTypes.Stalled) is { Status: Condition.True, Message.Length: > 0 } stalled)
        {
            return End(stalled.Message);
        }

        return conditions.FindCondition(ConditionTypes.Ready) is { Message.Length: > 0 } ready && ready.Status != Condition.True ? End(ready.Message) : null;
    }

    private static string End(string sentence) => sentence.TrimEnd() is var text && text[^1..] is "." or "!" or "?" ? sentence.TrimEnd() : sentence.TrimEnd() + ".";
}
