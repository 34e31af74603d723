using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Hub;

/// <summary>The models of a store that came from a Hub, under the names and commits that they had there.</summary>
internal sealed class StoreShelf(ModelStore store) : IHubShelf
{
    private const string Main = "main";

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Entries().Select(entry => entry.Source.Repo).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)]);

    public Task<(HubModel? Model, bool HasRepo)> FindAsync(string repo, string revision, CancellationToken cancellationToken) => Task.FromResult(Find(repo, revision));

    private (HubModel? Model, bool HasRepo) Find(string repo, string revision)
    {
        var entries = Entries().Where(entry => entry.Source.Repo.Equals(repo, StringComparison.OrdinalIgnoreCase)).OrderByDescending(entry => entry.Model.StoredAt).ToList();
        var commit = entries.FirstOrDefault(entry => entry.Model.Revision == revision || (entry.Source.Revision ?? Main) == revision).Model?.Revision
            ?? (revision == Main && entries.Count > 0 ? entries[0].Model.Revision : null);
        if (commit is null)
        {
            return (null, entries.Count > 0);
        }

        // A store has a repository whole or file by file: all that is of the same commit belongs together.
        var files = entries.Where(entry => entry.Model.Revision == commit)
            .SelectMany(entry => entry.Model.Files.Where(file => file.Sha256 is not null).Select(file => Of(entry.Source, entry.Model.Key, file)))
            .DistinctBy(file => file.Path, StringComparer.Ordinal).OrderBy(file => file.Path, StringComparer.Ordinal);
        return (new HubModel(entries[0].Source.Repo, commit, [.. files]), true);
    }

    private HubFile Of(ModelSource.HuggingFace source, string key, StoredFile file)
    {
        // One file of a folder of the repository is stored by its name alone.
        var path = source.File is { } named && named.EndsWith("/" + file.Path, StringComparison.Ordinal) ? named : file.Path;
        var local = store.Layout.ModelFile(key, file.Path)!;
        return new HubFile(path, file.SizeBytes, file.Sha256!, (offset, _, _) =>
            Task.FromResult<Stream>(new FileStream(local, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous) { Position = offset }));
    }

    private List<(ModelSource.HuggingFace Source, StoredModel Model)> Entries()
    {
        var entries = new List<(ModelSource.HuggingFace Source, StoredModel Model)>();
        foreach (var model in new StoreSurvey(store.Layout).Described())
        {
            if (model.Revision is { } revision && HubModel.IsCommit(revision) && ModelSourceParser.Parse(model.Source) is SourceParseResult.Parsed { Source: ModelSource.HuggingFace source })
            {
                entries.Add((source, model));
            }
        }

        return entries;
    }
}
