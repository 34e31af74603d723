using LlmKube.Cli.Console;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary>A model of a repository as a person writes it: <c>name</c>, <c>name:tag</c> or <c>name@version</c>.</summary>
internal sealed record VersionName(string Model, string? Tag, string? Version)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CommandFailure">It is none.</exception>
    public static VersionName Parse(string text)
    {
        var (plain, version) = text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);
        var (model, tag) = plain.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (plain[..colon], plain[(colon + 1)..]) : (plain, null);
        return RepositoryNames.IsModel(model) && (version is null || (tag is null && RepositoryNames.IsVersion(version))) && (tag is null || RepositoryNames.IsTag(tag))
            ? new VersionName(model, tag, version)
            : throw new CommandFailure($"'{text}' names no model of a repository.", "Write name, name:tag or name@version.", ExitCodes.Usage);
    }

    /// <summary>A version by its own name.</summary>
    /// <exception cref="CommandFailure">It is none.</exception>
    public static VersionName ParseVersion(string text) => Parse(text) is { Version: not null } name ? name : throw new CommandFailure($"'{text}' does not say which version.", "Write name@version.", ExitCodes.Usage);

    /// <summary>The version: its own name, or what the tag (latest, where none is named) says.</summary>
    public async Task<string> ResolveAsync(IModelRepository repository, CancellationToken cancellationToken) => Version
        ?? await repository.FindTagAsync(Model, Tag ?? ModelSource.Repository.DefaultTag, cancellationToken)
        ?? throw new CommandFailure($"{repository.Place} has no tag {Model}:{Tag ?? ModelSource.Repository.DefaultTag}.", $"llmkube repo show {repository.Place} {Model} lists what it has.", ExitCodes.NotFound);
}
