using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LlmKube.Models.Backends;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>Objects of which a <see cref="RepositoryIndex"/> tells: their names, and what tags and manifests say. Nothing can be written.</summary>
internal sealed class IndexedStorage(HttpClient client, Uri server) : IObjectStorage
{
    public string Place => server.ToString();

    public async Task<IReadOnlyList<ObjectEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(RepositoryIndex.ListPath, RepositoryIndex.Prefix, prefix, cancellationToken);
        try
        {
            return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync(RepositoryIndexJson.Default.IReadOnlyListObjectEntry, cancellationToken) is { } entries
                ? entries
                : throw await RefusedAsync(answer, cancellationToken);
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            throw Unreachable(e);
        }
    }

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(RepositoryIndex.ObjectPath, RepositoryIndex.Key, key, cancellationToken);
        try
        {
            return answer.StatusCode == HttpStatusCode.NotFound ? null
                : answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(cancellationToken)
                : throw await RefusedAsync(answer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Unreachable(e);
        }
    }

    public async Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) => await ReadAsync(key, cancellationToken) is { } bytes ? new MemoryStream(bytes, writable: false) : null;

    public Task<bool> CreateAsync(string key, byte[] bytes, CancellationToken cancellationToken) => throw ReadOnly();

    public Task ReplaceAsync(string key, byte[] bytes, CancellationToken cancellationToken) => throw ReadOnly();

    public Task<bool> UploadAsync(string key, long size, Stream content, CancellationToken cancellationToken) => throw ReadOnly();

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw ReadOnly();

    public ModelSource SourceOf(string prefix) => throw new NotSupportedException("An index has no files.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<HttpResponseMessage> AskAsync(string path, string name, string value, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync(new Uri(server, $"{path}?{name}={Uri.EscapeDataString(value)}"), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unreachable(e);
        }
    }

    private RepositoryException Unreachable(Exception e) => new(FailureKind.Unavailable, $"what has the claim mounted does not answer at {server}: {e.Message}");

    private static async Task<RepositoryException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        new(FailureKind.Unavailable, $"the repository's folder cannot be read: {(int)answer.StatusCode} {(await answer.Content.ReadAsStringAsync(cancellationToken)).Trim()}");

    private static RepositoryException ReadOnly() => new(FailureKind.Refused, "a repository in a claim is changed where it is mounted.");
}
