using System.Collections.Concurrent;
using LlmKube.Agent.Engines;
using LlmKube.Agent.Memory;
using LlmKube.Agent.Models;
using LlmKube.Agent.Replicas;
using LlmKube.Agent.Reports;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent;

/// <summary>
/// Brings the processes of one service to what the service asks for: observe, plan (<see cref="ReplicaPlanner"/>), start, report, drain.
/// The report of a draining replica is written before its process is asked to end, so that the router has let go of it by then.
/// </summary>
internal sealed class AgentReconciler(
    Informer<InferenceService> services,
    Informer<Model> models,
    Informer<Pod> pods,
    ReplicaRegistry registry,
    ModelSupply supply,
    ReplicaTemplates templates,
    ReplicaReporter reporter,
    MemoryNeeds needs,
    EngineFlagsReader engines,
    AgentOptions options,
    TimeProvider time) : IReconciler
{
    private readonly ConcurrentDictionary<Replica, Task> _endings = new();
    private readonly ConcurrentDictionary<(ObjectKey Pod, string Uid), bool> _seen = new();

    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var service = services.Find(key);
        var wanted = service is not null && IsOurs(service) ? Defaults.DesiredReplicasOf(service.Spec) : 0;
        NoteDeletedPods(key);
        var (template, refusal) = wanted > 0 ? await FindTemplateAsync(service!, cancellationToken) : (null, null);
        var room = 0;
        if (template is not null)
        {
            (room, refusal) = await RoomAsync(template, cancellationToken);
        }

        var current = registry.Of(key);
        var plan = ReplicaPlanner.Plan(wanted, template?.Hash, [.. current.Select(replica => replica.Now.ToState())], room, time.GetUtcNow());
        foreach (var ordinal in plan.Start)
        {
            var name = new ReplicaName(key, ordinal);
            (current.FirstOrDefault(known => Is(known, ordinal, template!.Hash)) ?? registry.Add(name, template!.Hash)).Start(template!);
        }

        foreach (var forgotten in plan.Forget)
        {
            registry.Remove(current.First(known => Is(known, forgotten.Ordinal, forgotten.Hash)));
        }

        var draining = plan.Drain.Select(drained => current.First(known => Is(known, drained.Ordinal, drained.Hash))).ToList();
        draining.ForEach(replica => replica.BeginDraining());
        await ReportAsync(key, service, template, plan, refusal, wanted, cancellationToken);
        foreach (var replica in registry.Of(key).Where(replica => replica.Now.Phase == ReplicaPhase.Draining))
        {
            _ = _endings.GetOrAdd(replica, EndAsync, options.EndpointGrace);
        }

        return plan.Refused.Count > 0 || (template is null && refusal is not null) ? Reconciled.LookAgainAfter(TimeSpan.FromSeconds(15))
            : plan.LookAgainAt is { } at ? Reconciled.LookAgainAfter(at - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(10))
            : Reconciled.Done;
    }

    /// <summary>Ends every process, or leaves them to the next agent.</summary>
    public async Task StopAsync()
    {
        if (options.KeepProcesses)
        {
            return;
        }

        var all = registry.All.ToList();
        all.ForEach(replica => replica.BeginDraining());
        await Task.WhenAll(all.Select(replica => _endings.GetOrAdd(replica, EndAsync, TimeSpan.Zero)));
    }

    private static bool Is(Replica replica, int ordinal, string hash) => replica.Now.Name.Ordinal == ordinal && replica.Now.Hash == hash;

    private bool IsOurs(InferenceService service) =>
        !service.IsBeingDeleted() && service.Status?.Placement is { Type: PlacementTypes.Host } placement && placement.NodeName == options.NodeName;

    private async Task<(ReplicaTemplate? Template, Refusal? Refusal)> FindTemplateAsync(InferenceService service, CancellationToken cancellationToken)
    {
        var ns = service.Metadata.Namespace ?? "";
        var model = models.Find(new ObjectKey(ns, service.Spec.ModelRef));
        var draft = service.Spec.SpeculativeDecoding?.DraftModelRef is { Length: > 0 } name ? models.Find(new ObjectKey(ns, name)) : null;
        if (model?.Status is not { Phase: ModelPhases.Ready } || draft is { Status.Phase: not ModelPhases.Ready })
        {
            return (null, null);
        }

        var (main, helper) = (await supply.FindAsync(model, cancellationToken), draft is null ? null : await supply.FindAsync(draft, cancellationToken));
        if ((main as Supplied.Missing ?? helper as Supplied.Missing) is { } missing)
        {
            return (null, missing.Why);
        }

        var (template, refusal) = await templates.MakeAsync(service, model, (Supplied.Here)main, helper as Supplied.Here, cancellationToken);
        if (template is null)
        {
            return (null, refusal);
        }

        return await engines.FindAsync(template.Engine, cancellationToken) is { } known
            && known.UnknownIn(template.ArgumentsFor(port: 0, options.Address)) is { Count: > 0 } unknown
            ? (null, new Refusal(
                "UnsupportedArgument",
                $"The {template.Engine.Name}{(template.Engine.Version is { } version ? $" {version}" : "")} of this machine does not know {string.Join(", ", unknown)}, and would end at once. Correct spec.extraArgs, remove the field that stands for it, or use another version of the engine."))
            : (template, null);
    }

    private async Task<(int Room, Refusal Why)> RoomAsync(ReplicaTemplate template, CancellationToken cancellationToken)
    {
        if (await needs.FindAsync(template.ModelPath, template.Service.Spec, cancellationToken) is not { } need)
        {
            return (0, new Refusal(ServiceReasons.MemoryCheckFailed, $"What {template.ModelPath} needs could not be reckoned, because its header cannot be read. See the Model's conditions."));
        }

        var running = registry.All.Select(replica => replica.Now).Where(now => now.Pid is not null).ToList();
        var loaded = registry.Of(template.Service.Key()).Any(replica => replica.Now is { Pid: not null } now && now.Hash == template.Hash);
        var loading = running.Count(now => now.Phase == ReplicaPhase.Starting) * (need.KeyValueBytes + need.OverheadBytes);
        return MemoryCheck.RoomFor(need, MachineMemory.Read(), template.Model.Spec.Hardware, loaded, loading);
    }

    private async Task ReportAsync(
        ObjectKey key, InferenceService? service, ReplicaTemplate? template, ReplicaPlan plan, Refusal? refusal, int wanted, CancellationToken cancellationToken)
    {
        var snapshots = registry.Of(key).Select(replica => replica.Now).ToList();
        if (service is null)
        {
            await reporter.RemoveOthersAsync(key, new HashSet<string>(StringComparer.Ordinal), cancellationToken);
            return;
        }

        var hash = template?.Hash ?? "pending";
        var refused = template is null && refusal is not null
            ? Enumerable.Range(0, wanted).Select(ordinal => new ReplicaName(key, ordinal).PodName(hash))
            : plan.Refused.Select(ordinal => new ReplicaName(key, ordinal).PodName(hash));
        await reporter.ReportAsync(service, template, snapshots, [.. refused], refusal, cancellationToken);
    }

    /// <summary>A Pod that was there and is gone was deleted by somebody: its process ends, and a fresh one takes its place.</summary>
    private void NoteDeletedPods(ObjectKey key)
    {
        foreach (var replica in registry.Of(key))
        {
            var pod = new ObjectKey(key.Namespace, replica.Now.PodName);
            if (pods.Find(pod) is { } found)
            {
                _seen[(pod, "")] = true;
                if (!found.IsBeingDeleted())
                {
                    continue;
                }
            }
            else if (!_seen.TryRemove((pod, ""), out _))
            {
                continue;
            }

            replica.NotePodDeleted();
            replica.BeginDraining();
        }
    }

    private async Task EndAsync(Replica replica, TimeSpan grace)
    {
        // Off the worker: an ending takes as long as the requests that it lets finish.
        await Task.Yield();
        await replica.EndAsync(grace, options.DrainTimeout, CancellationToken.None);
        registry.Remove(replica);
        _endings.TryRemove(replica, out _);
        registry.Changed(replica.Now.Name.Service);
    }
}
