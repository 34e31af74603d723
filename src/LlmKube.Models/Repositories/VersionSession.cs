using LlmKube.Models.Backends;
using LlmKube.Models.Oci;

namespace LlmKube.Models.Repositories;

/// <summary>
/// A folder that has a version's manifest, as that manifest describes it: its files with their digests, and nothing else that lies there.
/// </summary>
internal sealed class VersionSession : IModelSession
{
    private readonly IModelSession _folder;

    private VersionSession(IModelSession folder, string revision, IReadOnlyList<RemoteFile> files) => (_folder, Revision, Files) = (folder, revision, files);

    public string Revision { get; }

    public IReadOnlyList<RemoteFile> Files { get; }

    /// <summary>Whether a listing has to keep the file, whatever was asked for: it may say what the others are.</summary>
    public static bool Keeps(ConnectOptions options, string path) => path == VersionManifest.FileName || FilePatterns.Chooses(options, path);

    /// <summary>The folder as its manifest describes it; the folder itself, less what was not asked for, where it has none. The session is disposed of on failure.</summary>
    public static async Task<ConnectResult> OfAsync(IModelSession folder, ConnectOptions options, CancellationToken cancellationToken)
    {
        if (folder.Files.Count < 2 || folder.Files.FirstOrDefault(file => file.Path == VersionManifest.FileName) is not { SizeBytes: <= VersionManifest.MostBytes } list)
        {
            return new ConnectResult.Connected(folder);
        }

        var (bytes, failure) = await ReadAsync(folder, list, cancellationToken);
        if (failure is not null)
        {
            await folder.DisposeAsync();
            return new ConnectResult.Failed(failure);
        }

        if (VersionManifest.Read(bytes) is not { } manifest)
        {
            return new ConnectResult.Connected(FilePatterns.Chooses(options, VersionManifest.FileName) ? folder : new VersionSession(folder, folder.Revision, [.. folder.Files.Where(file => file != list)]));
        }

        var there = folder.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var files = new List<RemoteFile>();
        foreach (var file in manifest.Files.Where(file => FilePatterns.Chooses(options, file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            if (!there.TryGetValue(file.Path, out var found) || (found.SizeBytes is { } size && size != file.Size))
            {
                await folder.DisposeAsync();
                return new ConnectResult.Failed(new ModelFailure(FailureKind.Corrupt, $"the manifest of {manifest.Name}@{manifest.Version} lists {file.Path} with {file.Size} bytes, and {(found is null ? "it is not there" : $"it has {found.SizeBytes}")}. Publish the version anew, or use another."));
            }

            files.Add(found with { SizeBytes = file.Size, Digest = ContentDigest.Sha256(file.Sha256) });
        }

        if (files.Count == 0)
        {
            await folder.DisposeAsync();
            return new ConnectResult.Failed(new ModelFailure(FailureKind.NotFound, $"{manifest.Name}@{manifest.Version} has no files that match {string.Join(", ", options.Include)}."));
        }

        return new ConnectResult.Connected(new VersionSession(folder, OciDigest.Of(bytes), files));
    }

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) => _folder.OpenAsync(file, offset, length, cancellationToken);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    private static async Task<(byte[] Bytes, ModelFailure? Failure)> ReadAsync(IModelSession folder, RemoteFile list, CancellationToken cancellationToken)
    {
        try
        {
            return (await RepositoryFiles.ReadAsync(folder, list, cancellationToken), null);
        }
        catch (RepositoryException e)
        {
            return ([], e.Failure);
        }
    }
}
