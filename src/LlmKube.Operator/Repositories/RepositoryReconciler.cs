using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>Looks through a repository on its cadence, and says whether it can be reached and what it has.</summary>
internal sealed class RepositoryReconciler(Informer<ModelRepository> repositories, RepositoryPlaces places, RepositoryReaders? readers, StatusReport report, TimeProvider time) : IReconciler
{
    /// <summary>Tags are counted of as many models: each costs a request.</summary>
    private const int MostModels = 50;

    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (repositories.Find(key) is not { } repository || repository.IsBeingDeleted())
        {
            return Reconciled.Done;
        }

        if (readers is not null)
        {
            await readers.EnsureAsync(repository, cancellationToken);
        }

        var poll = RepositoryMeaning.PollOf(repository.Spec);
        if (repository.Status is { LastSync: { } at } known && known.ObservedGeneration == repository.Metadata.Generation && known.Conditions.IsTrue(ConditionTypes.Ready) && time.GetUtcNow() - at is var since && since < poll - TimeSpan.FromSeconds(1))
        {
            return Reconciled.LookAgainAfter(poll - since);
        }

        var (verdict, models, tags) = await LookAsync(repository, cancellationToken);
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var status = new ModelRepositoryStatus
        {
            Place = RepositoryMeaning.PlaceOf(repository.Spec).Place?.ToString(),
            Models = models ?? repository.Status?.Models,
            Tags = tags ?? repository.Status?.Tags,
            LastSync = verdict is Verdict.Ready ? now : repository.Status?.LastSync,
            LastUpdated = repository.Status?.LastUpdated,
            ObservedGeneration = repository.Metadata.Generation,
            Conditions = Conditions.Merge(repository.Status?.Conditions, VerdictConditions.Of(verdict, repository.Metadata.Generation), now),
        };
        await report.WriteAsync(
            repository, repository with { Status = status }, repository.Status?.Conditions, verdict, (changed, then) => changed with { Status = changed.Status! with { LastUpdated = then } }, cancellationToken);
        return Reconciled.LookAgainAfter(poll);
    }

    private async Task<(Verdict Verdict, int? Models, int? Tags)> LookAsync(ModelRepository repository, CancellationToken cancellationToken)
    {
        try
        {
            await using var place = await places.OpenAsync(repository, cancellationToken);
            var models = await place.ModelsAsync(cancellationToken);
            var tags = 0;
            foreach (var model in models.Take(MostModels))
            {
                tags += (await place.TagsAsync(model, cancellationToken)).Count;
            }

            return (new Verdict.Ready(ModelReasons.RepositoryReady, $"{place.Place} is reached and has {models.Count} model{(models.Count == 1 ? "" : "s")}."), models.Count, models.Count > MostModels ? null : tags);
        }
        catch (RepositoryException e)
        {
            return e.Failure.Heals || e.Failure.Kind == FailureKind.Offline
                ? (new Verdict.Waiting(ModelReasons.SourceUnavailable, e.Message), null, null)
                : (new Verdict.Blocked(e.Failure.Kind is FailureKind.Unauthorized or FailureKind.Forbidden ? ModelReasons.SourceUnauthorized : ModelReasons.InvalidSource, e.Message), null, null);
        }
    }
}
