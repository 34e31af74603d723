using System.Globalization;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.Http;

/// <summary>One file of a web server.</summary>
internal sealed class HttpSession(NetworkClient client, HttpFiles files, Uri url, Action<HttpRequestMessage>? authorize, RemoteFile file) : IModelSession
{
    public string Revision { get; } = file.Digest?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"{file.Validator ?? "unknown"} {file.SizeBytes}").Trim();

    public IReadOnlyList<RemoteFile> Files { get; } = [file];

    public Task<OpenResult> OpenAsync(RemoteFile wanted, long offset, long? length, CancellationToken cancellationToken) =>
        files.OpenAsync(url, authorize, wanted, offset, length, cancellationToken);

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
