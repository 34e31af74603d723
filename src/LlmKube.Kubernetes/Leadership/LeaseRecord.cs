using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Leadership;

/// <summary>
/// What a lease says, with the text of its specification to tell one renewal from the next: whose clock wrote the
/// times in it is unknown, so they are never compared with ours.
/// </summary>
internal sealed record LeaseRecord(string ResourceVersion, string Holder, TimeSpan? Duration, string? AcquireTime, int Transitions, string Text)
{
    internal static readonly ResourceDefinition Definition = new("coordination.k8s.io", "v1", "Lease", "leases", Namespaced: true);

    internal static LeaseRecord Read(DynamicObject lease)
    {
        var spec = lease.Json["spec"] as JsonObject ?? [];
        return new LeaseRecord(
            lease.Metadata.ResourceVersion ?? "",
            (string?)spec["holderIdentity"] ?? "",
            (int?)spec["leaseDurationSeconds"] is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            (string?)spec["acquireTime"],
            (int?)spec["leaseTransitions"] ?? 0,
            spec.ToJsonString());
    }

    /// <summary>The specification that a holder writes.</summary>
    internal static JsonObject SpecOf(string holder, TimeSpan duration, string acquireTime, DateTimeOffset now, int transitions) => new()
    {
        ["holderIdentity"] = holder,
        ["leaseDurationSeconds"] = (int)Math.Ceiling(duration.TotalSeconds),
        ["acquireTime"] = acquireTime,
        ["renewTime"] = MicroTime(now),
        ["leaseTransitions"] = transitions,
    };

    internal static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
