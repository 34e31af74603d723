using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>Whether new pods wait until those that run answer no request.</summary>
/// <param name="IsDeferred">Whether they wait.</param>
/// <param name="Reason">The condition's reason.</param>
/// <param name="Message">The condition's sentence.</param>
internal sealed record RolloutDelay(bool IsDeferred, string Reason, string Message);

/// <summary>Decides it: <c>spec.rolloutPolicy</c>. Pure.</summary>
internal static class RolloutGate
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>There is nothing to wait for any more.</summary>
    public static RolloutDelay None { get; } = new(false, "UpToDate", "The pods that run are those that are wanted.");

    /// <summary>How often pods that are waited for are asked.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether other pods are wanted than those that run, of a service that wants its requests to end first.</summary>
    public static bool Applies(InferenceService service, Deployment? live, Deployment wanted) =>
        service.Spec.RolloutPolicy is { WaitForIdle: true, Force: not true }
        && wanted.Spec?.Replicas is not 0 && live is { Spec.Replicas: > 0 } && HashOf(live) is { } running && running != HashOf(wanted);

    /// <summary>Decides it from what the pods said.</summary>
    /// <param name="service">The service.</param>
    /// <param name="canBeAsked">Whether its runtime has a way to say that it is idle.</param>
    /// <param name="busy">A pod that is busy or could not be asked; null when all are idle.</param>
    /// <param name="now">The moment.</param>
    public static RolloutDelay Decide(InferenceService service, bool canBeAsked, string? busy, DateTimeOffset now)
    {
        if (canBeAsked && busy is null)
        {
            return new RolloutDelay(false, "Idle", "The pods that run answer no request: new ones replace them.");
        }

        var patience = service.Spec.RolloutPolicy?.IdleTimeoutSeconds is > 0 and var seconds ? TimeSpan.FromSeconds((double)seconds) : s_patience;
        var since = service.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: ConditionTypes.RolloutDeferred, Status: Condition.True })?.LastTransitionTime ?? now;
        if (now - since >= patience)
        {
            return new RolloutDelay(false, "IdleTimeoutExceeded", $"The pods that run were still busy after {patience.TotalSeconds} s: new ones replace them all the same.");
        }

        return new RolloutDelay(true, canBeAsked ? "Busy" : "Unknown", canBeAsked
            ? $"New pods wait until those that run answer no request, for {patience.TotalSeconds} s at most. spec.rolloutPolicy.force replaces them at once."
            : $"This runtime has no way to say that it is idle, so new pods wait for {patience.TotalSeconds} s. The annotation {Annotations.IdleEndpoint} names a path that answers with success while it is idle.");
    }

    private static string? HashOf(Deployment deployment) => deployment.Metadata.Annotations?.GetValueOrDefault(Annotations.DesiredTemplateHash);
}
