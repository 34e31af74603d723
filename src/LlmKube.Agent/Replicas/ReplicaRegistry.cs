using System.Collections.Concurrent;
using LlmKube.Agent.Engines;
using LlmKube.Agent.Processes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Agent.Replicas;

/// <summary>The replicas that this agent has, by service. One worker at a time touches a service; monitors only read and notify.</summary>
internal sealed class ReplicaRegistry(AgentOptions options, EngineProbe probe, TimeProvider time)
{
    private readonly ConcurrentDictionary<ObjectKey, List<Replica>> _replicas = new();

    /// <summary>Called with a service's key when one of its replicas changed.</summary>
    public Action<ObjectKey> Changed { get; set; } = static _ => { };

    public IReadOnlyCollection<ObjectKey> Services => [.. _replicas.Keys];

    public IReadOnlyList<Replica> Of(ObjectKey service) => _replicas.TryGetValue(service, out var list) ? Copy(list) : [];

    public IEnumerable<Replica> All => _replicas.Values.SelectMany(Copy);

    public Replica Add(ReplicaName name, string hash)
    {
        var log = AgentLogs.PathOf(options.Home, new ObjectKey(name.Service.Namespace, name.PodName(hash)));
        var replica = new Replica(name, hash, log, probe, options, time, () => Changed(name.Service));
        var list = _replicas.GetOrAdd(name.Service, _ => []);
        lock (list)
        {
            list.Add(replica);
        }

        return replica;
    }

    public void Remove(Replica replica)
    {
        if (_replicas.TryGetValue(replica.Now.Name.Service, out var list))
        {
            lock (list)
            {
                list.Remove(replica);
            }
        }
    }

    /// <summary>Finds what the agent before this one left running. What carries a mark that cannot be read as a replica is ended.</summary>
    public int AdoptAll()
    {
        var adopted = 0;
        foreach (var (pid, mark) in ProcessTable.FindMarked(options.Home))
        {
            var process = RunningProcess.Adopt(pid, mark, time);
            if (ReplicaName.Parse(mark.Name) is not { } name || Of(name.Service).Any(known => known.Now.Name == name && known.Now.Hash == mark.Hash))
            {
                process.Kill();
                continue;
            }

            Add(name, mark.Hash).Adopt(process, restarts: 0);
            adopted++;
        }

        return adopted;
    }

    private static List<Replica> Copy(List<Replica> list)
    {
        lock (list)
        {
            return [.. list];
        }
    }
}
