using System.Collections.Concurrent;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
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
internal sealed record ResolvedModel(string Version, string Source, string? Secret, string Wanted, bool IsPinned);

/// <summary>
/// Finds the version that a Model of a repository is to be served in. What was served goes on being served, unless the Model follows its
/// tag (<c>refreshPolicy: OnChange</c>) or a person pinned another version.
/// </summary>
internal sealed class VersionResolver(RepositoryPlaces repositories, TimeProvider time)
{
    private static readonly TimeSpan s_healing = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<(ObjectKey Model, string Source), (string Version, DateTimeOffset At)> _tags = new();

    /// <summary>When the Model's tag is looked at again; null for a Model of no repository.</summary>
    public TimeSpan? LookAgainAfter(Model model) => SourceOf(model) is { } source && repositories.Find(KeyOf(model, source)) is { } repository ? RepositoryMeaning.PollOf(repository.Spec) : null;

    /// <summary>The version; or why there is none. Neither for a Model of no repository.</summary>
    public async Task<(ResolvedModel? Resolved, ModelFile? Failure)> ResolveAsync(Model model, CancellationToken cancellationToken)
    {
        if (SourceOf(model) is not { } source)
        {
            return (null, null);
        }

        if (repositories.Find(KeyOf(model, source)) is not { } repository)
        {
            return (null, new ModelFile.Refused(ModelReasons.RepositoryNotFound, $"There is no ModelRepository {source.Name} in namespace {model.Metadata.Namespace}. Create it; the Model goes on by itself."));
        }

        try
        {
            return (await ResolveAsync(model, source, repository, cancellationToken), null);
        }
        catch (RepositoryException e)
        {
            // A repository that cannot be asked takes nothing away.
            return model.Status is { ResolvedSource: { Length: > 0 } known, ResolvedVersion: { } version } status
                && status.ObservedGeneration == model.Metadata.Generation && (Pinned(model) is not { } pinned || pinned == version)
                ? (new ResolvedModel(version, known, status.ResolvedSecret, version, IsPinned: false), null)
                : (null, RemoteSources.Describe(e.Failure) is ModelFile.Unreachable unreachable ? unreachable with { RetryAfter = s_healing } : RemoteSources.Describe(e.Failure));
        }
    }

    private async Task<ResolvedModel> ResolveAsync(Model model, ModelSource.Repository source, ModelRepository repository, CancellationToken cancellationToken)
    {
        await using var place = await repositories.OpenAsync(repository, cancellationToken);
        var named = source.Version ?? await TagAsync(model, source, repository, place, cancellationToken);
        var before = model.Status is { } status && status.ObservedGeneration == model.Metadata.Generation ? status : null;
        var version = Pinned(model)
            ?? (before?.ResolvedVersion is { Length: > 0 } served && Defaults.RefreshPolicyOf(model.Spec) != RefreshPolicies.OnChange ? served : named);
        var secret = repository.Spec.SecretRef?.Name;
        var known = before is { ResolvedSource: { Length: > 0 } resolved } && before.ResolvedVersion == version && before.ResolvedSecret == secret ? before.ResolvedSource : null;
        return new ResolvedModel(version, known ?? await SourceAsync(model, place, source.Model, version, cancellationToken), secret, named, Pinned(model) is not null);
    }

    /// <summary>The version that the tag names, as it was at the last look, for as long as the repository says that this holds.</summary>
    private async Task<string> TagAsync(Model model, ModelSource.Repository source, ModelRepository repository, IModelRepository place, CancellationToken cancellationToken)
    {
        var tag = source.Tag ?? ModelSource.Repository.DefaultTag;
        var key = (model.Key(), source.ToSourceString());
        var now = time.GetUtcNow();
        if (_tags.TryGetValue(key, out var seen) && now - seen.At < RepositoryMeaning.PollOf(repository.Spec) - TimeSpan.FromSeconds(1))
        {
            return seen.Version;
        }

        var version = await place.FindTagAsync(source.Model, tag, cancellationToken)
            ?? throw new RepositoryException(FailureKind.NotFound, $"the repository {repository.Metadata.Name} at {place.Place} has no tag {source.Model}:{tag}. llmkube repo show lists what it has.");
        _tags[key] = (version, now);
        return version;
    }

    /// <summary>The source of a version. One on this machine is served in place: a runtime is told its file.</summary>
    private static async Task<string> SourceAsync(Model model, IModelRepository place, string name, string version, CancellationToken cancellationToken)
    {
        var source = await place.SourceOfAsync(name, version, cancellationToken);
        if (source is ModelSource.Local local && Defaults.FormatOf(model.Spec) == ModelFormats.Gguf)
        {
            var files = (await place.FindAsync(name, version, cancellationToken))?.Files.Select(file => file.Path)
                ?? (Directory.Exists(local.Path) ? Directory.EnumerateFiles(local.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(local.Path, file)) : []);
            var entry = ModelEntry.FileOf([.. files.Order(StringComparer.Ordinal)], model.Spec.Files)
                ?? throw new RepositoryException(FailureKind.NotFound, $"{place.Place} has no version {version} of {name} with a GGUF file. llmkube repo show lists what it has.");
            return new ModelSource.Local(Path.Combine(local.Path, entry)).ToSourceString();
        }

        return source.ToSourceString();
    }

    private static string? Pinned(Model model) => model.Metadata.Annotations?.GetValueOrDefault(Annotations.PinnedVersion) is { Length: > 0 } version ? version : null;

    private static ModelSource.Repository? SourceOf(Model model) => (SourceMeaning.Find(model.Spec.Source) as SourceParseResult.Parsed)?.Source as ModelSource.Repository;

    private static ObjectKey KeyOf(Model model, ModelSource.Repository source) => new(model.Metadata.Namespace ?? "", source.Name);
}
