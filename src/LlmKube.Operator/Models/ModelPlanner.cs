using LlmKube.Kubernetes.Objects;
using LlmKube.Models;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What is thought of a Model, and the status that says so.</summary>
internal sealed record ModelPlan(Verdict Verdict, ModelStatus Status);

/// <summary>Decides a Model's status from what was found at its source. No I/O.</summary>
internal static class ModelPlanner
{
    private const int MostVersions = 10;

    public static ModelPlan Plan(ObservedModel observed, DateTimeOffset now)
    {
        var model = observed.Model;
        var verdict = Judge(observed);
        var status = new ModelStatus
        {
            Phase = verdict switch
            {
                Verdict.Ready => ModelPhases.Ready,
                Verdict.Waiting when observed.Prefetch is { IsRunning: true } => ModelPhases.Downloading,
                Verdict.Waiting => ModelPhases.Pending,
                _ => ModelPhases.Failed,
            },
            CacheKey = observed.CacheKey,
            AcceleratorReady = true,
            Fetch = observed.Prefetch?.Fetch,
            ObservedGeneration = model.Metadata.Generation,
            Conditions = Conditions.Merge(model.Status?.Conditions, Wanted(verdict, observed), now),
            LastUpdated = model.Status?.LastUpdated,
        };
        return new ModelPlan(verdict, WithFile(WithVersion(status, observed, now), observed.File));
    }

    private static ModelStatus WithVersion(ModelStatus status, ObservedModel observed, DateTimeOffset now) => (observed.Resolved, observed.Model.Status) switch
    {
        ({ } resolved, var before) => status with
        {
            ResolvedSource = resolved.Source,
            ResolvedSecret = resolved.Secret,
            ResolvedVersion = resolved.Version,
            ResolvedFrom = resolved.From,
            Canary = observed.Canary,
            Versions = VersionsOf(before?.Versions, resolved.Version, now),
        },

        // What was served is remembered: it is served again when the repository is back.
        (null, { } before) when observed.IsUnresolved => status with { ResolvedVersion = before.ResolvedVersion, ResolvedFrom = before.ResolvedFrom, Canary = before.Canary, Versions = before.Versions },
        _ => status,
    };

    /// <summary>What was found at the source.</summary>
    private static ModelStatus WithFile(ModelStatus status, ModelFile file) => file switch
    {
        ModelFile.Found found => status with
        {
            Path = found.Path,
            Size = ByteSize.Format(found.SizeBytes),
            SourceContentLength = found.SizeBytes,
            ResolvedRevision = found.Revision,
            Sha256 = found.Sha256,
            Gguf = found.Gguf,
        },
        ModelFile.Declared { Path: { } path } => status with { Path = path },
        ModelFile.Remote remote => status with
        {
            Size = ByteSize.Format(remote.SizeBytes ?? 0),
            SourceContentLength = remote.SizeBytes,
            SourceETag = remote.ETag,
            ResolvedRevision = remote.Revision,
            Sha256 = remote.Sha256,
            Gguf = remote.Gguf,
            StagedFiles = remote.Files,
            ImageRoot = remote.ImageRoot,
            LastRevalidated = DateTimeOffset.FromUnixTimeSeconds(remote.LookedAt.ToUnixTimeSeconds()),
        },
        _ => status,
    };

    /// <summary>What was served, and last what is served now.</summary>
    private static IReadOnlyList<ServedVersion> VersionsOf(IReadOnlyList<ServedVersion>? before, string version, DateTimeOffset now) => before is { Count: > 0 } && before[^1].Version == version
        ? before
        : [.. (before ?? []).TakeLast(MostVersions - 1), new ServedVersion { Version = version, Since = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()) }];

    private static Verdict Judge(ObservedModel observed) => observed.File switch
    {
        ModelFile.Remote when observed.Prefetch is { IsRunning: true } => new Verdict.Waiting(ModelReasons.PrefetchRunning, "The model is being fetched into the store, because spec.prefetch is true."),
        ModelFile.Remote when observed.Prefetch is { Failure: { } failure } => new Verdict.Blocked(ModelReasons.PrefetchFailed, $"Fetching the model ahead failed: {failure} Delete the Job {observed.Prefetch.Job} to try again."),
        ModelFile.Remote when observed.Prefetch is { IsComplete: true } => new Verdict.Ready(ModelReasons.ModelPrefetched, "The model is in the store."),
        ModelFile.Refused refused => new Verdict.Blocked(refused.Reason, refused.Message),
        ModelFile.Found found => new Verdict.Ready(ModelReasons.ModelReady, $"The file {found.Path} is there ({ByteSize.Format(found.SizeBytes)}) and is served where it is."),
        ModelFile.Remote remote => new Verdict.Ready(
            ModelReasons.WorkloadResolved, $"The source has it at revision {remote.Revision} ({ByteSize.Format(remote.SizeBytes ?? 0)}). It is fetched to where it is served, once."),
        ModelFile.Declared declared => new Verdict.Ready(declared.Reason, declared.Message),
        ModelFile.NotYet notYet => new Verdict.Waiting(notYet.Reason, notYet.Message),
        ModelFile.Unreachable unreachable => new Verdict.Waiting(ModelReasons.SourceUnavailable, unreachable.Message),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<Condition> Wanted(Verdict verdict, ObservedModel observed)
    {
        foreach (var condition in VerdictConditions.Of(verdict, observed.Model.Metadata.Generation))
        {
            yield return condition;
        }

        if (observed.File is ModelFile.Remote { Signature: { } signature })
        {
            yield return new Condition
            {
                Type = ConditionTypes.SignatureVerified,
                Status = signature.Holds switch { true => Condition.True, false => Condition.False, _ => Condition.Unknown },
                Reason = signature.Holds switch { true => ModelReasons.SignatureVerified, false => ModelReasons.SignatureNotVerified, _ => ModelReasons.SignaturePending },
                Message = signature.Message,
                ObservedGeneration = observed.Model.Metadata.Generation,
            };
        }

        if (observed.Resolved is { } resolved)
        {
            yield return Drift(observed, resolved.Version != resolved.Wanted, resolved switch
            {
                _ when resolved.Version == resolved.Wanted => $"The version {resolved.Version} is served, which is the one that is asked for.",
                { IsPinned: true } => $"The tag names {resolved.Wanted} by now; {resolved.Version} is served because it is pinned. llmkube rollout resume {observed.Model.Metadata.Name} follows the tag again.",
                { Candidate: not null } => observed.Canary?.Message ?? $"{resolved.Wanted} is tried beside {resolved.Version}.",
                _ => $"The tag names {resolved.Wanted} by now; {resolved.Version} goes on being served. refreshPolicy: OnChange follows the tag.",
            });
        }
        else if (observed.File is ModelFile.Remote remote)
        {
            yield return Drift(observed, remote.Drifted, remote.Drifted
                ? "The source has another revision by now. The one that was resolved goes on being served; refreshPolicy: OnChange fetches new ones."
                : "The source has the revision that is served.");
        }
    }

    private static Condition Drift(ObservedModel observed, bool drifted, string message) => new()
    {
        Type = ConditionTypes.SourceDrifted,
        Status = drifted ? Condition.True : Condition.False,
        Reason = drifted ? ModelReasons.UpstreamChanged : ModelReasons.InSync,
        Message = message,
        ObservedGeneration = observed.Model.Metadata.Generation,
    };
}
