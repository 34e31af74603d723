using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>
/// Brings one object's world to what the object asks for. It may be stopped anywhere and run again; what it throws is retried with backoff.
/// </summary>
public interface IReconciler
{
    Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken);
}

/// <summary>What a pass came to: done until something changes, or look again after a while.</summary>
public readonly record struct Reconciled
{
    private Reconciled(TimeSpan lookAgain) => LookAgain = lookAgain;

    /// <summary>Null when only a change brings the key back.</summary>
    public TimeSpan? LookAgain { get; }

    public static Reconciled Done => default;

    public static Reconciled LookAgainAfter(TimeSpan delay) => new(delay);
}
