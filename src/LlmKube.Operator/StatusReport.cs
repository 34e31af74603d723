using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;

namespace LlmKube.Operator;

/// <summary>Writes a status when it changed, and an event when the verdict did.</summary>
internal sealed class StatusReport(KubernetesClient client, EventRecorder events, TimeProvider time)
{
    /// <summary>Writes what differs; says so in an event when the verdict is a new one.</summary>
    /// <param name="current">The object as it is.</param>
    /// <param name="wanted">The object with the status that it shall have, still with the old time of change.</param>
    /// <param name="before">The conditions that the object has now.</param>
    /// <param name="verdict">What the status was made from.</param>
    /// <param name="stamp">Sets the time of change.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task WriteAsync<T>(
        T current, T wanted, IReadOnlyList<Condition>? before, Verdict verdict, Func<T, DateTimeOffset, T> stamp, CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        if (!StatusWriter.Differs(current, wanted))
        {
            return;
        }

        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        await client.ApplyStatusAsync(current, stamp(wanted, now), FieldManagers.Operator, cancellationToken);
        var known = before.FindReady();
        if (known?.Reason == verdict.Reason && known.Message == verdict.Message)
        {
            return;
        }

        if (verdict is Verdict.Blocked)
        {
            events.Warning(current, verdict.Reason, verdict.Message);
        }
        else
        {
            events.Normal(current, verdict.Reason, verdict.Message);
        }
    }
}
