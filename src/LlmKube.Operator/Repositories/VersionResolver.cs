using System.Collections.Concurrent;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>Which version of a repository's model is served, and where its files are.</summary>
/// <param name="Version">The version.</param>
/// <param name="Source">The source that has its files.</param>
/// <param name="Secret">Secret with the credentials for it.</param>
/// <param name="Wanted">The version that the tag names by now; the same where nothing newer is there.</param>
/// <param name="IsPinned">Whether a person pinned it.</param>
/// <param name="From">The source of the spec for which the version was chosen.</param>
internal sealed record ResolvedModel(string Version, string Source, string? Secret, string Wanted, bool IsPinned, string From)
{
    /// <summary>A newer version that is tried before it is served to all; null where there is none, or it needs no trial.</summary>
    public string? Candidate { get; init; }
}

/// <summary>
/// Finds the version that a Model is to be served in: one of a repository, or one whose new versions are tried. What was served goes on being
/// served, unless the Model follows its tag (<c>refreshPolicy: OnChange</c>), a trial of the new version went well
/// (<c>refreshPolicy: Canary</c>) or a person pinned another version.
/// </summary>
internal sealed class VersionResolver(KubernetesClient client, RepositoryPlaces repositories, OperatorOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_healing = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<(ObjectKey Model, string Source), (NamedVersion Named, DateTimeOffset At)> _tags = new();
    private long _forgotten;

    /// <summary>When the Model's tag is looked at again; null for a Model of no repository.</summary>
    public TimeSpan? LookAgainAfter(Model model) => SourceOf(model) is ModelSource.Repository source && repositories.Find(KeyOf(model, source)) is { } repository ? RepositoryMeaning.PollOf(repository.Spec) : null;

    /// <summary>What the Model's tag names is asked again at its next turn.</summary>
    public void Forget(ObjectKey model)
    {
        // What is being asked at this moment may be older than the change: it is not to be remembered.
        Interlocked.Increment(ref _forgotten);
        foreach (var seen in _tags.Keys.Where(seen => seen.Model == model))
        {
            _tags.TryRemove(seen, out _);
        }
    }

    /// <summary>Whether a change there may be one of what the Model's own source names. A Model of a repository is told of by that.</summary>
    public static bool Concerns(Model model, ChangedPlace place) =>
        place.Container is null && SourceOf(model) is ModelSource.Oci image && ImageReference.Parse(image.Image)?.Repository == place.Path;

    /// <summary>The version; or why there is none. Neither for a Model that has no versions.</summary>
    public async Task<(ResolvedModel? Resolved, ModelFile? Failure)> ResolveAsync(Model model, CancellationToken cancellationToken)
    {
        if (SourceOf(model) is not { } source)
        {
            return (null, null);
        }

        try
        {
            await using var versions = source is ModelSource.Repository named ? await OpenAsync(model, named, cancellationToken) : new SourceVersions(client, options, model, source);
            return versions is null
                ? (null, new ModelFile.Refused(ModelReasons.RepositoryNotFound, $"There is no ModelRepository {((ModelSource.Repository)source).Name} in namespace {model.Metadata.Namespace}. Create it; the Model goes on by itself."))
                : (await ResolveAsync(model, versions, cancellationToken), null);
        }
        catch (RepositoryException e)
        {
            return KnownOf(model, source) is { } known
                ? (known, null)
                : (null, RemoteSources.Describe(e.Failure) is ModelFile.Unreachable unreachable ? unreachable with { RetryAfter = s_healing } : RemoteSources.Describe(e.Failure));
        }
    }

    /// <summary>Null where there is no such repository.</summary>
    private async Task<IVersions?> OpenAsync(Model model, ModelSource.Repository source, CancellationToken cancellationToken) => repositories.Find(KeyOf(model, source)) is { } repository
        ? new RepositoryVersions(model, source, repository, await repositories.OpenAsync(repository, cancellationToken))
        : null;

    /// <summary>What was resolved before, trial and all: a place that cannot be asked takes nothing away. Null where nothing was, or something else is wanted by now.</summary>
    private static ResolvedModel? KnownOf(Model model, ModelSource source)
    {
        if (model.Status is not { ResolvedSource: { Length: > 0 } known, ResolvedVersion: { } version } status
            || status.ObservedGeneration != model.Metadata.Generation || (Pinned(model) ?? version) != version)
        {
            return null;
        }

        var tried = Defaults.RefreshPolicyOf(model.Spec) == RefreshPolicies.Canary && Pinned(model) is null && status.Canary?.Version is { } candidate && candidate != version ? candidate : null;
        return new ResolvedModel(version, known, status.ResolvedSecret, tried ?? version, IsPinned: false, source.ToSourceString()) { Candidate = tried };
    }

    private async Task<ResolvedModel> ResolveAsync(Model model, IVersions versions, CancellationToken cancellationToken)
    {
        var named = versions.Fixed ?? await NamedAsync(model, versions, cancellationToken);
        var before = model.Status is { } status && status.ObservedGeneration == model.Metadata.Generation ? status : null;
        var (policy, pinned) = (Defaults.RefreshPolicyOf(model.Spec), Pinned(model));
        var served = policy == RefreshPolicies.Canary ? ServedOf(model, versions.Source) : before?.ResolvedVersion;
        var version = pinned ?? (policy == RefreshPolicies.OnChange || served is not { Length: > 0 } || IsProved(model, named) ? named : served);
        var known = before is { ResolvedSource: { Length: > 0 } resolved } && before.ResolvedVersion == version && before.ResolvedSecret == versions.Secret ? before.ResolvedSource : null;
        return new ResolvedModel(version, known ?? await versions.SourceOfAsync(version, cancellationToken), versions.Secret, named, pinned is not null, versions.Source.ToSourceString())
        {
            Candidate = policy == RefreshPolicies.Canary && pinned is null && version != named ? named : null,
        };
    }

    /// <summary>The version that is served of this model. Another tag, or another setting of the trial, is no reason to pass one by.</summary>
    private static string? ServedOf(Model model, ModelSource source) =>
        model.Status is { ResolvedFrom: { } from } status && SourceMeaning.Find(SourceField.FromText(from)) is SourceParseResult.Parsed { Source: var before } && MovingSource.AreOfOneModel(before, source)
            ? status.ResolvedVersion
            : null;

    /// <summary>Whether a trial of the version went well, or a person asked for none.</summary>
    private static bool IsProved(Model model, string version) =>
        Defaults.RefreshPolicyOf(model.Spec) == RefreshPolicies.Canary
        && (model.Status?.Canary is { Phase: CanaryPhases.Promoted } canary && canary.Version == version || model.Metadata.Annotations?.GetValueOrDefault(Annotations.PromotedVersion) == version);

    /// <summary>The version that the tag names, as it was at the last look, for as long as that holds.</summary>
    private async Task<string> NamedAsync(Model model, IVersions versions, CancellationToken cancellationToken)
    {
        var key = (model.Key(), versions.Source.ToSourceString());
        var now = time.GetUtcNow();
        if (_tags.TryGetValue(key, out var seen) && now - seen.At < versions.Poll - TimeSpan.FromSeconds(1))
        {
            return seen.Named.Version;
        }

        var forgotten = Interlocked.Read(ref _forgotten);
        var named = await versions.FindNamedAsync(seen.Named, cancellationToken);
        if (forgotten == Interlocked.Read(ref _forgotten))
        {
            _tags[key] = (named, now);
        }

        return named.Version;
    }

    private static string? Pinned(Model model) => model.Metadata.Annotations?.GetValueOrDefault(Annotations.PinnedVersion) is { Length: > 0 } version ? version : null;

    /// <summary>A source that has versions; null for every other one.</summary>
    private static ModelSource? SourceOf(Model model) => (SourceMeaning.Find(model.Spec.Source) as SourceParseResult.Parsed)?.Source switch
    {
        ModelSource.Repository repository => repository,
        { } source when Defaults.RefreshPolicyOf(model.Spec) == RefreshPolicies.Canary && MovingSource.Moves(source) => source,
        _ => null,
    };

    private static ObjectKey KeyOf(Model model, ModelSource.Repository source) => new(model.Metadata.Namespace ?? "", source.Name);
}
