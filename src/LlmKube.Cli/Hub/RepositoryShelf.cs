using System.Collections.Concurrent;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;

namespace LlmKube.Cli.Hub;

/// <summary>
/// The models of a repository: <c>org/name</c> is the model <c>org--name</c>, or <c>name</c>; the branch main is the tag latest, and any
/// other branch or tag is a tag or a version.
/// </summary>
internal sealed class RepositoryShelf(IModelRepository repository, Func<ModelSource, CancellationToken, Task<IModelSession>> connect) : IHubShelf, IAsyncDisposable
{
    private const string Main = "main";
    private const string Separator = "--";

    /// <summary>Versions never change: what was opened once is open for good.</summary>
    private readonly ConcurrentDictionary<string, Task<Opened>> _opened = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await repository.ModelsAsync(cancellationToken)).Select(name => name.Split(Separator) is [var org, var model] ? $"{org}/{model}" : name)];

    public async Task<(HubModel? Model, bool HasRepo)> FindAsync(string repo, string revision, CancellationToken cancellationToken)
    {
        foreach (var name in ((string[])[repo.Replace("/", Separator, StringComparison.Ordinal), repo[(repo.IndexOf('/', StringComparison.Ordinal) + 1)..]]).Distinct(StringComparer.Ordinal).Where(RepositoryNames.IsModel))
        {
            var versions = await repository.VersionsAsync(name, cancellationToken);
            if (versions.Count > 0)
            {
                return (await FindVersionAsync(name, revision, versions, cancellationToken) is { } version ? new HubModel(repo, version.Commit, version.Files) : null, true);
            }
        }

        return (null, false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened.Values.Where(task => task.IsCompletedSuccessfully))
        {
            await (await opened).Session.DisposeAsync();
        }

        await repository.DisposeAsync();
    }

    private async Task<Opened?> FindVersionAsync(string name, string revision, IReadOnlyList<string> versions, CancellationToken cancellationToken)
    {
        if (HubModel.IsCommit(revision))
        {
            foreach (var version in versions)
            {
                if (await OpenAsync(name, version, cancellationToken) is var one && one.Commit == revision)
                {
                    return one;
                }
            }

            return null;
        }

        var tag = revision == Main ? ModelSource.Repository.DefaultTag : revision;
        var wanted = RepositoryNames.IsTag(tag) ? await repository.FindTagAsync(name, tag, cancellationToken) ?? (versions.Contains(tag, StringComparer.Ordinal) ? tag : null) : null;
        return wanted is null ? null : await OpenAsync(name, wanted, cancellationToken);
    }

    private async Task<Opened> OpenAsync(string name, string version, CancellationToken cancellationToken)
    {
        var key = $"{name}@{version}";
        var task = _opened.GetOrAdd(key, _ => OpenOnceAsync(name, version));
        try
        {
            return await task.WaitAsync(cancellationToken);
        }
        catch (Exception) when (task.IsFaulted)
        {
            _opened.TryRemove(KeyValuePair.Create(key, task));
            throw;
        }
    }

    private async Task<Opened> OpenOnceAsync(string name, string version)
    {
        var session = await connect(await repository.SourceOfAsync(name, version, CancellationToken.None), CancellationToken.None);
        var files = new List<HubFile>();
        foreach (var file in session.Files)
        {
            // A version that was laid out by hand says no digests: they are computed once.
            var known = await RepositoryFiles.DescribeAsync(session, file, null, CancellationToken.None);
            files.Add(new HubFile(file.Path, known.Size, known.Sha256, (offset, length, cancellationToken) => OpenAsync(session, file, offset, length, cancellationToken)));
        }

        return new Opened(session, HubModel.CommitOf(files.Select(file => (file.Path, file.Digest))), files);
    }

    private static async Task<Stream> OpenAsync(IModelSession session, RemoteFile file, long offset, long length, CancellationToken cancellationToken)
    {
        switch (await session.OpenAsync(file, offset, length, cancellationToken))
        {
            case OpenResult.Opened opened:
                await RepositoryFiles.SkipAsync(opened.Content, offset - opened.Offset, cancellationToken);
                return opened.Content;
            case OpenResult.Failed failed:
                throw new RepositoryException(failed.Failure);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>A version whose files can be read.</summary>
    private sealed record Opened(IModelSession Session, string Commit, IReadOnlyList<HubFile> Files);
}
