using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Services;

/// <summary>Reads what Pods and EndpointSlices say of a service's replicas. Pure.</summary>
internal static class ReplicaReports
{
    public static IReadOnlyList<ReplicaReport> From(IEnumerable<Pod> pods) =>
        [.. pods.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).Select(Of)];

    /// <summary>Endpoints that take requests; one that does not say whether it is ready counts as ready.</summary>
    public static int CountReady(IEnumerable<EndpointSlice> slices) =>
        slices.Sum(slice => (slice.Endpoints ?? []).Count(endpoint => endpoint.Conditions?.Ready != false));

    /// <summary>Pods that take requests and are not on their way out.</summary>
    public static int CountReady(IReadOnlyList<ReplicaReport> replicas) => replicas.Count(replica => replica is { IsReady: true, IsTerminating: false });

    private static ReplicaReport Of(Pod pod)
    {
        var unscheduled = Find(pod, "PodScheduled") is { Status: Condition.False } condition ? condition : null;
        var container = pod.Status?.ContainerStatuses is { Count: > 0 } statuses ? statuses[0] : null;
        var downloader = pod.Status?.InitContainerStatuses?.FirstOrDefault(status => status.State?.Terminated?.ExitCode != 0);
        return new ReplicaReport(pod.Metadata.Name ?? "")
        {
            IsReady = Find(pod, "Ready")?.Status == Condition.True,
            Address = pod.Status?.PodIP,
            Uid = pod.Metadata.Uid,
            StartedAt = pod.Status?.StartTime ?? pod.Metadata.CreationTimestamp,
            IsProtected = pod.Metadata.Annotations?.GetValueOrDefault(Annotations.DoNotDisrupt) == "true",
            IsReported = container is not null,
            UnscheduledReason = unscheduled?.Reason,
            UnscheduledMessage = unscheduled?.Message,
            WaitingReason = container?.State?.Waiting?.Reason,
            WaitingMessage = container?.State?.Waiting?.Message,
            Fetch = FetchStatus.Parse(pod.Metadata.Annotations?.GetValueOrDefault(Annotations.FetchProgress)),
            IsFetching = downloader?.State?.Running is not null,
            FetchFailure = FetchFailures.Of(downloader),
            Restarts = container?.RestartCount ?? 0,
            IsTerminating = pod.IsBeingDeleted() || Find(pod, "llmkube.dev/Draining")?.Status == Condition.True,
        };
    }

    private static PodCondition? Find(Pod pod, string type)
    {
        foreach (var condition in pod.Status?.Conditions ?? [])
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }
}
