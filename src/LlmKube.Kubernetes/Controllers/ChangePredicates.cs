using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>Which changes of an object are worth a pass.</summary>
public static class ChangePredicates
{
    /// <summary>
    /// True unless only the status (or bookkeeping) changed: appeared, gone, or another generation, label, annotation or deletion.
    /// A kind without generations counts every change.
    /// </summary>
    public static bool IsMoreThanStatus<T>(this Change<T> change)
        where T : class, IResource
    {
        if (change.Old is null || change.New is null)
        {
            return true;
        }

        var (old, now) = (change.Old.Metadata, change.New.Metadata);
        return (old.Generation is null && now.Generation is null)
            || old.Generation != now.Generation
            || old.DeletionTimestamp is null != now.DeletionTimestamp is null
            || !AreEqual(old.Labels, now.Labels)
            || !AreEqual(old.Annotations, now.Annotations);
    }

    private static bool AreEqual(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0)
        && (a is null || a.All(entry => b is not null && b.TryGetValue(entry.Key, out var value) && value == entry.Value));
}
