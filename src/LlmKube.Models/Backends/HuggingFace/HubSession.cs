using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Files of one commit.</summary>
internal sealed class HubSession(
    NetworkClient network, HubClient hub, Uri endpoint, string repo, string commit, IReadOnlyList<(RemoteFile File, string Path)> files, TimeProvider time) : IModelSession
{
    private readonly Dictionary<string, string> _paths = files.ToDictionary(one => one.File.Path, one => one.Path, StringComparer.Ordinal);

    // The bytes come from hosts with entity tags of their own; what was announced is held against them by digest.
    private readonly HttpFiles _files = new(network, time)
    {
        ComparesValidators = false,
        Explain = (answer, url, _) => Task.FromResult(HubAnswers.Failure(answer, url, endpoint, repo, time)),
    };

    public string Revision => commit;

    public string Pin => commit;

    public IReadOnlyList<RemoteFile> Files { get; } = [.. files.Select(one => one.File)];

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) =>
        _files.OpenAsync(hub.ResolveUrl(commit, _paths[file.Path]), hub.Authorize, file, offset, length, cancellationToken);

    public ValueTask DisposeAsync()
    {
        network.Dispose();
        return ValueTask.CompletedTask;
    }
}
