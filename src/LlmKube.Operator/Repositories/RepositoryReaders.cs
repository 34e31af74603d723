using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>Keeps the pod through which each repository in a claim is read, and reads through it.</summary>
internal sealed class RepositoryReaders
{
    /// <summary>The names of some hundred thousand files.</summary>
    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = s_patience, MaxResponseContentBufferSize = MostBytes };

    private readonly KubernetesClient _client;
    private readonly PodSettings _settings;
    private readonly Informer<Deployment> _deployments;
    private readonly AppliedObjects<Deployment> _applied;
    private readonly Informer<Pod> _pods;
    private readonly Informer<PersistentVolumeClaim> _claims;

    public RepositoryReaders(KubernetesClient client, ControllerHost host, PodSettings settings)
    {
        (_client, _settings) = (client, settings);
        _deployments = host.Cache<Deployment>(Ours);
        _applied = new AppliedObjects<Deployment>(client, _deployments, FieldManagers.Operator);
        _pods = host.Cache<Pod>(Ours);
        _claims = host.Cache<PersistentVolumeClaim>();
    }

    public static InformerOptions Ours { get; } = new() { LabelSelector = $"{Labels.AppComponent}={RepositoryReaderObject.Component}" };

    /// <summary>Brings the reader of a repository to what is wanted: none of one that is in no claim.</summary>
    public async Task EnsureAsync(ModelRepository repository, CancellationToken cancellationToken)
    {
        if (RepositoryMeaning.PlaceOf(repository.Spec).Place?.Origin is ModelSource.Pvc source)
        {
            // Without its claim it would be a pod that cannot be placed.
            if (_claims.Find(new ObjectKey(repository.Metadata.Namespace ?? "", source.ClaimName)) is not null)
            {
                await _applied.ApplyAsync(RepositoryReaderObject.Of(repository, source, _settings), cancellationToken);
            }

            return;
        }

        var key = new ObjectKey(repository.Metadata.Namespace ?? "", RepositoryReaderObject.NameOf(repository));
        if (_deployments.Find(key) is { } left && left.FindController()?.Uid == repository.Metadata.Uid)
        {
            await _client.Of<Deployment>().DeleteAsync(key, new DeleteOptions { PropagationPolicy = "Background", Uid = left.Metadata.Uid }, cancellationToken);
        }
    }

    /// <summary>Opens a repository through its reader.</summary>
    /// <exception cref="RepositoryException">The claim is not there, or its reader does not run yet.</exception>
    public IModelRepository Open(ModelRepository repository, RepositoryPlace place)
    {
        var (ns, claim) = (repository.Metadata.Namespace ?? "", repository.Spec.ClaimName ?? "");
        var name = RepositoryReaderObject.NameOf(repository);
        var ready = _pods.List().FirstOrDefault(pod => pod.Metadata.Namespace == ns && pod.Metadata.Labels?.GetValueOrDefault(Labels.AppInstance) == name && !pod.IsBeingDeleted() && IsReady(pod));
        return ready?.Status?.PodIP is { Length: > 0 } address
            ? place.OpenServed(s_http, new UriBuilder(Uri.UriSchemeHttp, address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address, RepositoryReaderObject.Port).Uri)
            : throw new RepositoryException(FailureKind.Unavailable, _claims.Find(new ObjectKey(ns, claim)) is null
                ? $"there is no PersistentVolumeClaim {claim} in namespace {ns}. Create it; the repository goes on by itself."
                : $"the pod that reads the claim {claim} does not run yet. kubectl get pods -n {ns} -l {Labels.AppInstance}={name} says why, where it lasts.");
    }

    /// <summary>The repository whose reader a pod is.</summary>
    public static IEnumerable<string> ReaderOf(IResource child) => child.Metadata.Labels?.GetValueOrDefault(Labels.AppInstance) is { } name ? [$"{child.Metadata.Namespace}/{name}"] : [];

    private static bool IsReady(Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: Condition.True }) == true;
}
