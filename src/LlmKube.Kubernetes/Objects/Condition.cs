namespace LlmKube.Kubernetes.Objects;

/// <summary>meta/v1 Condition: one named fact about an object, with the reason and a sentence for people.</summary>
public sealed record Condition
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";

    public required string Type { get; init; }

    /// <summary><see cref="True"/>, <see cref="False"/> or <see cref="Unknown"/>.</summary>
    public required string Status { get; init; }

    public required string Reason { get; init; }

    public string Message { get; init; } = "";

    public DateTimeOffset? LastTransitionTime { get; init; }

    public long? ObservedGeneration { get; init; }
}

/// <summary>How conditions are looked up and merged.</summary>
public static class Conditions
{
    public static Condition? FindCondition(this IReadOnlyList<Condition>? conditions, string type)
    {
        foreach (var condition in conditions ?? [])
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    public static bool IsTrue(this IReadOnlyList<Condition>? conditions, string type) => conditions.FindCondition(type)?.Status == Condition.True;

    /// <summary>
    /// The wanted conditions with the times of the current ones: <c>lastTransitionTime</c> moves only when the status does.
    /// Conditions of other types are kept. Order: wanted first, as given.
    /// </summary>
    public static IReadOnlyList<Condition> Merge(IReadOnlyList<Condition>? current, IEnumerable<Condition> wanted, DateTimeOffset now)
    {
        var merged = new List<Condition>();
        foreach (var condition in wanted)
        {
            var before = current.FindCondition(condition.Type);
            var since = before?.Status == condition.Status ? before.LastTransitionTime ?? now : now;
            merged.Add(condition with { LastTransitionTime = since });
        }

        merged.AddRange((current ?? []).Where(kept => merged.TrueForAll(m => m.Type != kept.Type)));
        return merged;
    }
}
