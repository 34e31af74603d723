using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Keeps the Job of each Model that asks to be fetched ahead.</summary>
internal sealed class PrefetchJobs(KubernetesClient client, ControllerHost host, PodSettings settings)
{
    private readonly Informer<Job> _jobs = host.Cache<Job>(Ours);
    private readonly FetchLogs _logs = new(client);
    private readonly Informer<PersistentVolumeClaim> _claims = host.Cache<PersistentVolumeClaim>();

    public static InformerOptions Ours { get; } = new() { LabelSelector = $"{Labels.AppComponent}={PrefetchJobObject.Component}" };

    /// <summary>Makes what is missing, and says how far it is; null where nothing is fetched ahead.</summary>
    public async Task<PrefetchState?> EnsureAsync(Model model, ModelFile file, CancellationToken cancellationToken)
    {
        if (model.Spec.Prefetch != true || file is not ModelFile.Remote remote || settings.Cache.Mode is null or CacheSettings.PerService or CacheSettings.NodeLocal
            || SourceMeaning.Find(model) is not SourceParseResult.Parsed source)
        {
            return null;
        }

        var key = new ObjectKey(model.Metadata.Namespace ?? "", PrefetchJobObject.NameOf(model));
        if (_jobs.Find(key) is { } job)
        {
            if (job.Metadata.Annotations?.GetValueOrDefault(Annotations.ModelRevision) == PrefetchJobObject.RevisionOf(source, remote.Revision))
            {
                var state = StateOf(job);
                return state.IsRunning ? state with { Fetch = await ProgressAsync(model, cancellationToken) } : state;
            }

            // A Job's pods cannot be changed: what was fetched for another source or revision makes way.
            await client.Of<Job>().DeleteAsync(key, new DeleteOptions { PropagationPolicy = "Background", Uid = job.Metadata.Uid }, cancellationToken);
            return new PrefetchState(key.Name);
        }

        if (model.Status?.Conditions.FindReady()?.Reason == ModelReasons.ModelPrefetched && model.Status.ResolvedRevision == remote.Revision)
        {
            // The Job is forgotten a day after its end; what it fetched is not.
            return new PrefetchState(key.Name) { IsComplete = true };
        }

        var claim = StoragePlanner.ClaimFor(null, model, settings.Cache);
        if (_claims.Find(new ObjectKey(key.Namespace, claim.Name)) is null)
        {
            await client.CreateIfMissingAsync(CacheClaimObject.Of(claim, key.Namespace, null, settings.Cache), cancellationToken);
        }

        await client.CreateIfMissingAsync(PrefetchJobObject.Of(model, source, remote.Revision, claim.Name, settings), cancellationToken);
        return new PrefetchState(key.Name);
    }

    private async Task<FetchStatus?> ProgressAsync(Model model, CancellationToken cancellationToken)
    {
        var pods = await client.Of<Pod>().ListAsync(
            new ListOptions { Namespace = model.Metadata.Namespace, LabelSelector = $"{Labels.AppComponent}={PrefetchJobObject.Component},{Labels.Model}={model.Metadata.Name}" }, cancellationToken);
        return pods.Items.FirstOrDefault(pod => pod.Status?.Phase == "Running") is { } running ? await _logs.FindAsync(running.Key(), cancellationToken) : null;
    }

    private static PrefetchState StateOf(Job job) => new(job.Metadata.Name ?? "")
    {
        IsComplete = Holds(job, "Complete") is not null,
        Failure = Holds(job, "Failed") is { } failed ? failed.Message ?? "its pods ended without it." : null,
    };

    private static PodCondition? Holds(Job job, string type) =>
        job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == Condition.True);
}
