using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Repositories;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Canaries;

/// <summary>Begins trials of new versions, looks after them, and clears away what is left of them. Every decision is in <see cref="CanaryRules"/>.</summary>
/// <param name="client">Creates and deletes.</param>
/// <param name="models">All Models, indexed by <see cref="ByCanaryOf"/>.</param>
/// <param name="services">All services, indexed by the Models that they serve.</param>
/// <param name="servicesByModel">Name of that index.</param>
/// <param name="events">Told of each beginning and end.</param>
/// <param name="time">Dates them.</param>
internal sealed class CanaryTrials(KubernetesClient client, Informer<Model> models, Informer<InferenceService> services, string servicesByModel, EventRecorder events, TimeProvider time)
{
    public const string ByCanaryOf = "canary-of";

    /// <summary>How often a trial is looked at that no event brings back: it ends by the clock.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The Model whose new version this Model is; nothing for every other Model.</summary>
    public static IEnumerable<ObjectKey> TriedBy(Model model) =>
        CanaryMark.TriedBeside(model) is { } beside ? [beside] : [];

    /// <summary>Brings the objects of a Model's trial to what is wanted, and says how it stands; null where there is none.</summary>
    public async Task<CanaryStatus?> EnsureAsync(Model model, ResolvedModel? resolved, CancellationToken cancellationToken)
    {
        var known = model.Status?.Canary;
        if (resolved?.Candidate is not { } candidate)
        {
            await ClearAsync(model, null, cancellationToken);
            return known is { Phase: CanaryPhases.Promoted } && known.Version == resolved?.Version ? known : null;
        }

        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var isKnown = known is not null && known.Version == candidate && known.Generation == model.Metadata.Generation;
        var trial = isKnown ? known! : new CanaryStatus { Version = candidate, Phase = CanaryPhases.Progressing, Generation = model.Metadata.Generation, Since = now };
        if (trial.Phase != CanaryPhases.Progressing)
        {
            await ClearAsync(model, null, cancellationToken);
            return trial;
        }

        var settings = CanarySettings.Of(model.Spec.Canary);
        var stands = CanaryRules.Judge(trial, resolved.Version, settings, await BringAsync(model, trial, settings, cancellationToken), now);
        if (!isKnown || stands.Phase != trial.Phase)
        {
            Tell(model, stands);
        }

        return stands;
    }

    /// <summary>Creates what the trial lacks, and says what is seen of it.</summary>
    private async Task<ObservedTrial> BringAsync(Model model, CanaryStatus trial, CanarySettings settings, CancellationToken cancellationToken)
    {
        var wanted = CanaryObjects.ModelOf(model, trial);
        await ClearAsync(model, wanted.Key(), cancellationToken);
        if (models.Find(wanted.Key()) is not { } candidate)
        {
            await client.CreateIfMissingAsync(wanted, cancellationToken);
            return new ObservedTrial(null, []);
        }

        if (candidate.Status?.Conditions.IsTrue(ConditionTypes.Stalled) == true)
        {
            return new ObservedTrial(candidate.Status.Conditions.FindReady()?.Message ?? "", []);
        }

        // A service of a Model that is not there, or not resolved yet, would be reported as broken.
        return new ObservedTrial(null, candidate.Status?.Phase == ModelPhases.Ready ? await BringServicesAsync(model, candidate, trial, settings, cancellationToken) : []);
    }

    private async Task<IReadOnlyList<TriedService>> BringServicesAsync(Model model, Model candidate, CanaryStatus trial, CanarySettings settings, CancellationToken cancellationToken)
    {
        var tried = new List<TriedService>();
        var wanted = services.ByIndex(servicesByModel, model.Key().ToString())
            .Where(service => service.Spec.ModelRef == model.Metadata.Name && !service.IsBeingDeleted() && Defaults.DesiredReplicasOf(service.Spec) > 0 && !IsTrial(service))
            .Select(service => CanaryObjects.ServiceOf(service, candidate, trial, settings.Weight)).ToDictionary(service => service.Key());
        foreach (var idle in services.ByIndex(servicesByModel, candidate.Key().ToString()).Where(service => IsTrial(service) && !wanted.ContainsKey(service.Key())))
        {
            await DeleteAsync(idle, cancellationToken);
        }

        foreach (var (key, service) in wanted)
        {
            if (services.Find(key) is { } live)
            {
                tried.Add(Describe(live));
                continue;
            }

            await client.CreateIfMissingAsync(service, cancellationToken);
            tried.Add(new TriedService(key.Name, IsReady: false, "It was just created.", 0, 0));
        }

        return tried;
    }

    /// <summary>Takes away every trial of the Model but one.</summary>
    private async Task ClearAsync(Model model, ObjectKey? kept, CancellationToken cancellationToken)
    {
        foreach (var old in models.ByIndex(ByCanaryOf, model.Key().ToString()).Where(old => old.Key() != kept && old.FindController()?.Uid == model.Metadata.Uid))
        {
            foreach (var service in services.ByIndex(servicesByModel, old.Key().ToString()).Where(IsTrial))
            {
                await DeleteAsync(service, cancellationToken);
            }

            await DeleteAsync(old, cancellationToken);
        }
    }

    /// <summary>Deletes this very object, and not one that took its name.</summary>
    private Task<bool> DeleteAsync<T>(T live, CancellationToken cancellationToken)
        where T : class, IResource<T> => client.Of<T>().DeleteAsync(live.Key(), new DeleteOptions { Uid = live.Metadata.Uid }, cancellationToken);

    private void Tell(Model model, CanaryStatus trial)
    {
        if (trial.Phase == CanaryPhases.RolledBack)
        {
            events.Warning(model, "CanaryRolledBack", trial.Message ?? "");
        }
        else
        {
            events.Normal(model, trial.Phase == CanaryPhases.Promoted ? "CanaryPromoted" : "CanaryStarted", trial.Message ?? "");
        }
    }

    private static bool IsTrial(InferenceService service) => service.Metadata.Annotations?.ContainsKey(Annotations.CanaryOf) == true;

    private static TriedService Describe(InferenceService service)
    {
        var status = service.Status;
        return new TriedService(
            service.Metadata.Name ?? "",
            status?.Phase == ServicePhases.Ready && status.ObservedGeneration == service.Metadata.Generation,
            status?.Conditions.FindReady()?.Message ?? "The operator has not looked at it yet.",
            status?.Traffic?.Sum(router => router.Requests ?? 0) ?? 0,
            status?.Traffic?.Sum(router => router.Errors ?? 0) ?? 0);
    }
}
