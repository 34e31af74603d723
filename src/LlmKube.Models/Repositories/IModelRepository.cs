using LlmKube.Models.Backends;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>
/// A place with models, versions of them that never change, and tags that name versions: a folder, a bucket or a registry, by one
/// convention. Failures are <see cref="RepositoryException"/>s.
/// </summary>
public interface IModelRepository : IAsyncDisposable
{
    /// <summary>Where it is, as it may be shown.</summary>
    string Place { get; }

    /// <summary>The names of all models, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken);

    /// <summary>The versions of a model, whole ones and those that somebody laid out without a manifest, in ordinal order.</summary>
    Task<IReadOnlyList<string>> VersionsAsync(string model, CancellationToken cancellationToken);

    /// <summary>The version that each tag of a model names.</summary>
    Task<IReadOnlyDictionary<string, string>> TagsAsync(string model, CancellationToken cancellationToken);

    /// <summary>The version that a tag names; null where there is no such tag.</summary>
    async Task<string?> FindTagAsync(string model, string tag, CancellationToken cancellationToken) => (await FindTagAsync(model, tag, null, cancellationToken))?.Version;

    /// <summary>The same. Where it is known what the tag said before, the place is asked only whether that changed, as far as it knows such questions.</summary>
    Task<NamedVersion?> FindTagAsync(string model, string tag, NamedVersion? known, CancellationToken cancellationToken);

    /// <summary>What a version consists of; null where there is none, or it has no manifest.</summary>
    Task<VersionManifest?> FindAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>The paths of a version's files, below its folder, in ordinal order; none where there is no such version.</summary>
    Task<IReadOnlyList<string>> PathsAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>The source that has exactly the files of a version.</summary>
    Task<ModelSource> SourceOfAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a version of what a session has, streaming, and at last its manifest. Bytes that are there are not sent again. A version that
    /// is there with the same files is left as it is; one with others is refused.
    /// </summary>
    /// <returns>The version as it is now.</returns>
    Task<VersionManifest> PublishAsync(VersionManifest described, IModelSession content, Action<long>? progress, CancellationToken cancellationToken);

    /// <summary>Lets a tag name a version, in one step. The version has to be there.</summary>
    Task TagAsync(string model, string tag, string version, CancellationToken cancellationToken);

    /// <summary>Takes a tag away; its version stays.</summary>
    Task UntagAsync(string model, string tag, CancellationToken cancellationToken);

    /// <summary>
    /// Takes away versions that no tag names, and what is left of uploads that were given up.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What stays.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The versions that went, or would.</returns>
    Task<IReadOnlyList<string>> CollectAsync(string model, CollectOptions options, CancellationToken cancellationToken);
}

/// <summary>What a tag said.</summary>
/// <param name="Version">The version that it named.</param>
/// <param name="Validator">What tells whether that changed: an entity tag or a digest; null where the place has none.</param>
public sealed record NamedVersion(string Version, string? Validator);

/// <summary>What stays when versions are taken away.</summary>
/// <param name="Keep">How many of the newest versions stay although no tag names them.</param>
/// <param name="OlderThan">What is younger stays: somebody may be about to tag it, or still be sending it.</param>
/// <param name="DryRun">Only says what would go.</param>
/// <param name="Now">The moment.</param>
public sealed record CollectOptions(int Keep, TimeSpan OlderThan, bool DryRun, DateTimeOffset Now);
