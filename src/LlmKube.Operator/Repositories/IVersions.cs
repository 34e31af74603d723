using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;

namespace LlmKube.Operator.Repositories;

/// <summary>The versions of one Model's source: of a model of a repository, or of what a tag or a branch names. Failures are RepositoryExceptions.</summary>
internal interface IVersions : IAsyncDisposable
{
    /// <summary>The source of the spec.</summary>
    ModelSource Source { get; }

    /// <summary>The version that the source itself names; null where it names a tag or a branch.</summary>
    string? Fixed { get; }

    /// <summary>Secret with the credentials for what is served.</summary>
    string? Secret { get; }

    /// <summary>How long what a tag says holds.</summary>
    TimeSpan Poll { get; }

    /// <summary>The version that the tag or branch names now.</summary>
    /// <param name="known">What it said when it was last asked; null where that is not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<NamedVersion> FindNamedAsync(NamedVersion? known, CancellationToken cancellationToken);

    /// <summary>The source that has the files of a version.</summary>
    Task<string> SourceOfAsync(string version, CancellationToken cancellationToken);
}
