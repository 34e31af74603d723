using System.Globalization;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.Http;

/// <summary>Files of a web server.</summary>
internal sealed class HttpSession(NetworkClient client, HttpFiles http, Action<HttpRequestMessage>? authorize, IReadOnlyList<(RemoteFile File, Uri Url)> files) : IModelSession
{
    private readonly Dictionary<string, Uri> _addresses = files.ToDictionary(one => one.File.Path, one => one.Url, StringComparer.Ordinal);

    public string Revision { get; } = string.Join("; ", files.Select(one =>
        one.File.Digest?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"{one.File.Validator?.Trim('"') ?? "unknown"} {one.File.SizeBytes}").Trim()));

    public IReadOnlyList<RemoteFile> Files { get; } = [.. files.Select(one => one.File)];

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) =>
        http.OpenAsync(_addresses[file.Path], authorize, file, offset, length, cancellationToken);

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
