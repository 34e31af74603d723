using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.Local;

/// <summary>
/// Reaches files and folders of this machine. Links are followed where they stay below the folder that was named, or, for a snapshot of a
/// Hub cache, below that repository's folder; one that leads elsewhere is refused. A repository's folder of a Hub cache stands for the
/// snapshot of its main branch.
/// </summary>
/// <param name="roots">The folders that may be read.</param>
public sealed class LocalBackend(IReadOnlyList<string> roots) : IModelBackend
{
    public bool Serves(ModelSource source) => source is ModelSource.Local;

    public async Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken) =>
        Connect(source, options) switch
        {
            ConnectResult.Connected { Session: var session } => await VersionSession.OfAsync(session, options, cancellationToken),
            var failed => failed,
        };

    private ConnectResult Connect(ModelSource source, ConnectOptions options)
    {
        var path = ((ModelSource.Local)source).Path;
        try
        {
            return LocalPaths.CheckAny(path, roots) switch
            {
                LocalPathResult.Allowed allowed => List(path, HubCache.Snapshot(allowed.Path) ?? allowed.Path, options),
                LocalPathResult.NotAllowed refused => Failed(FailureKind.Refused, refused.Message),
                LocalPathResult.Missing missing => Failed(FailureKind.NotFound, missing.Message),
                LocalPathResult.Failed failed => Failed(FailureKind.Forbidden, failed.Message),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(FailureKind.Forbidden, $"{path} cannot be read: {e.Message}");
        }
    }

    private static ConnectResult List(string declared, string path, ConnectOptions options)
    {
        if (File.Exists(path))
        {
            return new ConnectResult.Connected(new LocalSession([LocalFile.Of(Path.GetFileName(declared.TrimEnd('/')), path)]));
        }

        var files = new List<LocalFile>();
        foreach (var file in Below(path))
        {
            var name = Path.GetRelativePath(path, file);
            if (!VersionSession.Keeps(options, name))
            {
                continue;
            }

            if (LocalPaths.RealPath(file) is not { } real || !IsBelow(real, LinkRoot(path)))
            {
                return Failed(FailureKind.Refused, $"{file} is a link that leads out of {path}. Nothing was read. Replace it by the file, or exclude it.");
            }

            files.Add(LocalFile.Of(name, real));
        }

        return files.Count > 0
            ? new ConnectResult.Connected(new LocalSession(files))
            : Failed(FailureKind.NotFound, $"{declared} has no files{(options.Include.Count > 0 ? $" that match {string.Join(", ", options.Include)}" : "")}.");
    }

    /// <summary>All files below a folder but hidden ones, which are other programs' own.</summary>
    private static IEnumerable<string> Below(string folder) => Directory
        .EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .Where(file => !Path.GetRelativePath(folder, file).Split('/').Any(part => part.StartsWith('.')))
        .Order(StringComparer.Ordinal);

    /// <summary>Where links may lead: a snapshot of a Hub cache links to the blobs beside it.</summary>
    private static string LinkRoot(string folder) =>
        folder.Split('/') is [.., var repo, "snapshots", _] && repo.StartsWith("models--", StringComparison.Ordinal) ? Path.GetFullPath(Path.Combine(folder, "..", "..")) : folder;

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static ConnectResult.Failed Failed(FailureKind kind, string message) => new(new ModelFailure(kind, message));
}
