using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Store;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Repositories;

namespace LlmKube.Operator;

/// <summary>What the operator is told at its start.</summary>
public sealed record OperatorOptions
{
    /// <summary>Folders that models may be read from; empty refuses every local source.</summary>
    public IReadOnlyList<string> AllowedHostPathRoots { get; init; } = [];

    /// <summary>Reach the places that models come from; none refuses every source that is not a local file.</summary>
    public IReadOnlyList<IModelBackend> Backends { get; init; } = [];

    /// <summary>What connections to repositories are allowed.</summary>
    public NetworkOptions Network { get; init; } = new() { DeniedNetworks = NetworkOptions.LinkLocal };

    /// <summary>No connection is opened to any source.</summary>
    public bool Offline { get; init; }

    /// <summary>A store of this machine: what is in it need not be asked for at its source. Null where there is none here.</summary>
    public ModelStore? Store { get; init; }

    /// <summary>The folder behind a PersistentVolumeClaim (namespace, name), where claims are folders of this machine; null for no such claim.</summary>
    public Func<string, string, string?>? FindClaimFolder { get; init; }

    /// <summary>How services run in pods; null where there is nothing that runs pods.</summary>
    public PodSettings? Pods { get; init; }

    /// <summary>Messages of stores and registries about what changes in them; null where none come in.</summary>
    public RepositoryNotifications? Notifications { get; init; }

    /// <summary>Whether Models of KubeAI are served, where a cluster has their definition.</summary>
    public bool ServesKubeAi { get; init; }

    /// <summary>How often the API server is asked again what it serves.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a source that was resolved is asked whether it changed.</summary>
    public TimeSpan DriftInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where clients reach services that run on hosts: the router. Null gives the Service's own name in the cluster.</summary>
    public Uri? RouterAddress { get; init; }

    /// <summary>How often a ready model's file is compared with what was seen last.</summary>
    public TimeSpan RevalidateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often something that a person must mend is looked at again, besides when what it waits on changes.</summary>
    public TimeSpan BlockedInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A node whose agent has not renewed its Lease for this long counts as gone.</summary>
    public TimeSpan AgentTimeout { get; init; } = TimeSpan.FromMinutes(3);
}
