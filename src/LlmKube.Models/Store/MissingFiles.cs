using LlmKube.Models.Backends;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>A session that shows only those files whose bytes the store has not already, under whatever name.</summary>
internal sealed class MissingFiles(IModelSession session, ModelStore store) : IModelSession
{
    private readonly ILookup<bool, RemoteFile> _files = session.Files.ToLookup(file => IsHere(file, store));

    public string Revision => session.Revision;

    public IReadOnlyList<RemoteFile> Files => [.. _files[false]];

    /// <summary>The others: they need only be named.</summary>
    public IEnumerable<FetchedFile> AlreadyHere() =>
        _files[true].Select(file => new FetchedFile(file.Path, "", file.SizeBytes!.Value, file.Digest!.Hex, file.Validator));

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) =>
        session.OpenAsync(file, offset, length, cancellationToken);

    /// <summary>The session belongs to who opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsHere(RemoteFile file, ModelStore store) =>
        file is { Digest: { Algorithm: DigestAlgorithm.Sha256 } digest, SizeBytes: { } size } && store.HasBlob(digest.Hex, size);
}
