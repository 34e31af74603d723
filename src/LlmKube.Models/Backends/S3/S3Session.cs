using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.S3;

/// <summary>Objects as they were when they were listed.</summary>
internal sealed class S3Session(NetworkClient network, S3Client store, IReadOnlyList<S3Object> objects, TimeProvider time) : IModelSession
{
    private readonly Dictionary<string, S3Object> _objects = objects.ToDictionary(one => one.File.Path, StringComparer.Ordinal);
    private readonly HttpFiles _files = new(network, time) { Explain = store.FailureAsync };

    /// <summary>The version where the bucket keeps versions, else what its entity tags say.</summary>
    public string Revision { get; } = objects is [{ Version: { Length: > 0 } version }] && version != "null"
        ? version
        : objects.Count == 1 && objects[0].File.Validator is { } tag
            ? tag.Trim('"')
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', objects.Select(one => $"{one.File.Path} {one.File.SizeBytes} {one.File.Validator}")))));

    public IReadOnlyList<RemoteFile> Files { get; } = [.. objects.Select(one => one.File)];

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken)
    {
        var found = _objects[file.Path];
        return _files.OpenAsync(store.Place.Object(found.Key, found.Version == "null" ? null : found.Version), store.Authorize, file, offset, length, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        network.Dispose();
        return ValueTask.CompletedTask;
    }
}
