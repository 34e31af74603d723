using System.Security.Cryptography;
using System.Text;

namespace LlmKube.Models.Backends.Local;

/// <summary>Files of this machine, as they were when they were listed.</summary>
internal sealed class LocalSession(IReadOnlyList<LocalFile> files) : IModelSession
{
    private readonly Dictionary<string, string> _paths = files.ToDictionary(file => file.Described.Path, file => file.Path, StringComparer.Ordinal);

    public string Revision { get; } = files.Count == 1
        ? files[0].Described.Validator!
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(file => $"{file.Described.Path} {file.Described.Validator}")))));

    public IReadOnlyList<RemoteFile> Files { get; } = [.. files.Select(file => file.Described)];

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken)
    {
        var path = _paths[file.Path];
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous) { Position = offset };
            return Task.FromResult<OpenResult>(new OpenResult.Opened(stream, offset) { FileSizeBytes = stream.Length, Validator = LocalFile.ValidatorOf(path) });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<OpenResult>(new OpenResult.Failed(new ModelFailure(FailureKind.NotFound, $"{path} is gone since it was listed.")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<OpenResult>(new OpenResult.Failed(new ModelFailure(FailureKind.Forbidden, $"{path} cannot be read: {e.Message}")));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
