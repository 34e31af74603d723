using System.Text.Json;
using LlmKube.Agent.Replicas;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Reports;

/// <summary>Mirrors replicas as Pods and EndpointSlices: writes what changed, deletes what has no replica any more.</summary>
internal sealed class ReplicaReporter(KubernetesClient client, Informer<Pod> pods, Informer<EndpointSlice> slices, AgentOptions options, TimeProvider time)
{
    private static readonly ApplyOptions s_apply = new(FieldManagers.Agent);

    /// <summary>Writes the Pods and slices of a service's replicas, and of those that were refused.</summary>
    public async Task ReportAsync(
        InferenceService service, ReplicaTemplate? template, IReadOnlyList<ReplicaSnapshot> replicas, IReadOnlyList<string> refusedPods, Refusal? refusal, CancellationToken cancellationToken)
    {
        var key = service.Key();
        var kept = new HashSet<string>(StringComparer.Ordinal);

        // Those that take requests first: what follows takes endpoints away, and there must be no moment without one.
        foreach (var replica in replicas.Where(replica => !replica.PodDeleted).OrderBy(replica => replica.Phase == ReplicaPhase.Ready ? 0 : 1))
        {
            kept.Add(replica.PodName);
            await WritePodAsync(service, template, replica.PodName, replica, refusal: null, cancellationToken);
            if (replica.Pid is not null)
            {
                await WriteSliceAsync(service, replica, cancellationToken);
            }
            else
            {
                await DeleteSliceAsync(new ObjectKey(key.Namespace, replica.PodName), cancellationToken);
            }
        }

        foreach (var refused in refusedPods.Where(kept.Add))
        {
            await WritePodAsync(service, template, refused, replica: null, refusal, cancellationToken);
        }

        await RemoveOthersAsync(key, kept, cancellationToken);
    }

    /// <summary>Deletes every Pod and slice of ours that belongs to a service and is not to be kept.</summary>
    public async Task RemoveOthersAsync(ObjectKey service, IReadOnlySet<string> kept, CancellationToken cancellationToken)
    {
        foreach (var slice in slices.List().Where(slice => IsOurs(slice, service) && !kept.Contains(slice.Metadata.Name ?? "")))
        {
            await DeleteSliceAsync(slice.Key(), cancellationToken);
        }

        foreach (var pod in pods.List().Where(pod => IsOurs(pod, service) && pod.Spec?.NodeName == options.NodeName && !kept.Contains(pod.Metadata.Name ?? "")))
        {
            await client.Of<Pod>().DeleteAsync(pod.Key(), new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid }, cancellationToken);
        }
    }

    private async Task WritePodAsync(
        InferenceService service, ReplicaTemplate? template, string name, ReplicaSnapshot? replica, Refusal? refusal, CancellationToken cancellationToken)
    {
        var current = pods.Find(new ObjectKey(service.Metadata.Namespace ?? "", name));
        if (current is null)
        {
            // An adopted process of an older template: without its template there is no spec to show, and it ends soon.
            if (replica is not null && replica.Hash != template?.Hash)
            {
                return;
            }

            current = await client.Of<Pod>().ApplyAsync(PodReport.Of(service, template, name, options.NodeName, options.Address, refusal?.Progress), s_apply, cancellationToken);
        }
        else if (refusal is not null && FetchStatus.Parse(current.Metadata.Annotations?.GetValueOrDefault(Annotations.FetchProgress)) != refusal.Progress)
        {
            current = await client.Of<Pod>().ApplyAsync(PodReport.Of(service, template, name, options.NodeName, options.Address, refusal.Progress), s_apply, cancellationToken);
        }

        var status = PodReport.StatusOf(replica, refusal, service.Metadata.Name ?? "", options.Address, current.Status, time.GetUtcNow());
        await client.ApplyStatusAsync(current, current with { Status = status }, FieldManagers.Agent, cancellationToken);
    }

    private async Task WriteSliceAsync(InferenceService service, ReplicaSnapshot replica, CancellationToken cancellationToken)
    {
        var wanted = EndpointReport.Of(service, replica, options.NodeName, options.Address);
        if (slices.Find(wanted.Key()) is not { } current || Text(current) != Text(wanted))
        {
            await client.Of<EndpointSlice>().ApplyAsync(wanted, s_apply, cancellationToken);
        }

        static string Text(EndpointSlice slice) =>
            JsonSerializer.Serialize(slice with { Metadata = new ObjectMeta() }, EndpointSlice.JsonType);
    }

    private async Task DeleteSliceAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (slices.Find(key) is not null)
        {
            await client.Of<EndpointSlice>().DeleteAsync(key, new DeleteOptions(), cancellationToken);
        }
    }

    private static bool IsOurs(IResource resource, ObjectKey service) =>
        (resource.Metadata.Namespace ?? "") == service.Namespace
        && resource.Metadata.Labels is { } labels
        && labels.TryGetValue(Labels.Service, out var name) && name == service.Name
        && (resource is not EndpointSlice || (labels.TryGetValue(Labels.EndpointSliceManagedBy, out var manager) && manager == FieldManagers.Agent));
}
