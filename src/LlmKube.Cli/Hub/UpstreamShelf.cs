using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Hub;

/// <summary>What another Hub has: each file is fetched into the store when it is first asked for, verified, and served from there.</summary>
internal sealed class UpstreamShelf(IModelBackend hub, ConnectOptions connect, ModelFetcher fetcher, ModelStore store) : IHubShelf
{
    /// <summary>What is upstream is nobody's list here.</summary>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<(HubModel? Model, bool HasRepo)> FindAsync(string repo, string revision, CancellationToken cancellationToken)
    {
        var source = new ModelSource.HuggingFace(repo, revision, null);
        switch (await hub.ConnectAsync(source, connect, cancellationToken))
        {
            case ConnectResult.Connected { Session: var session }:
                await using (session)
                {
                    return (new HubModel(repo, session.Revision, [.. session.Files.Where(file => file is { SizeBytes: not null, Digest.Algorithm: DigestAlgorithm.Sha256 } or { SizeBytes: not null, Digest.Algorithm: DigestAlgorithm.GitBlobSha1 }).Select(file => Of(source with { Revision = session.Revision }, file))]), true);
                }

            case ConnectResult.Failed { Failure.Kind: FailureKind.NotFound }:
                return (null, false);
            case ConnectResult.Failed failed:
                throw new RepositoryException(failed.Failure);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private HubFile Of(ModelSource.HuggingFace repo, RemoteFile file) => new(file.Path, file.SizeBytes!.Value, file.Digest!.Hex, async (offset, _, cancellationToken) =>
    {
        var source = repo with { File = file.Path };
        return await fetcher.FetchAsync(new FetchRequest(source, source.ToSourceString()) { Connect = connect }, null, cancellationToken) switch
        {
            FetchResult.Stored stored => new FileStream(store.Layout.ModelFile(stored.Model.Key, stored.Model.Files[0].Path)!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous) { Position = offset },
            FetchResult.Failed failed => throw new RepositoryException(failed.Failure),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    });
}
