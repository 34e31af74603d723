using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>The versions of a model of a repository.</summary>
/// <param name="model">The Model.</param>
/// <param name="source">Its source.</param>
/// <param name="repository">The repository that it names.</param>
/// <param name="place">The same, opened.</param>
internal sealed class RepositoryVersions(Model model, ModelSource.Repository source, ModelRepository repository, IModelRepository place) : IVersions
{
    public ModelSource Source => source;

    public string? Fixed => source.Version;

    public string? Secret => repository.Spec.SecretRef?.Name;

    public TimeSpan Poll => RepositoryMeaning.PollOf(repository.Spec);

    public async Task<NamedVersion> FindNamedAsync(NamedVersion? known, CancellationToken cancellationToken)
    {
        var tag = source.Tag ?? ModelSource.Repository.DefaultTag;
        return await place.FindTagAsync(source.Model, tag, known, cancellationToken)
            ?? throw new RepositoryException(FailureKind.NotFound, $"the repository {repository.Metadata.Name} at {place.Place} has no tag {source.Model}:{tag}. llmkube repo show lists what it has.");
    }

    /// <summary>The source of a version. One on this machine, or in a claim, is served in place: a runtime is told its file.</summary>
    public async Task<string> SourceOfAsync(string version, CancellationToken cancellationToken)
    {
        var found = await place.SourceOfAsync(source.Model, version, cancellationToken);
        if (found is not (ModelSource.Local or ModelSource.Pvc) || Defaults.FormatOf(model.Spec) != ModelFormats.Gguf)
        {
            return found.ToSourceString();
        }

        var entry = ModelEntry.FileOf(await place.PathsAsync(source.Model, version, cancellationToken), model.Spec.Files)
            ?? throw new RepositoryException(FailureKind.NotFound, $"{place.Place} has no version {version} of {source.Model} with a GGUF file. llmkube repo show lists what it has.");
        return (found switch
        {
            ModelSource.Local folder => folder with { Path = Path.Combine(folder.Path, entry) },
            ModelSource.Pvc claim => claim with { Path = $"{claim.Path}/{entry}" },
            _ => found,
        }).ToSourceString();
    }

    public ValueTask DisposeAsync() => place.DisposeAsync();
}
