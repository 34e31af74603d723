using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Asks a Hub about one repository.</summary>
internal sealed class HubClient(NetworkClient network, Uri endpoint, string repo, string? token, TimeProvider time)
{
    private const int MostPages = 1000;
    private const int MostBytesOfAPage = 64 * 1024 * 1024;

    public Action<HttpRequestMessage>? Authorize { get; } = token is null ? null : message => message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

    /// <summary>Where a file's bytes are asked for.</summary>
    public Uri ResolveUrl(string commit, string path) =>
        Url($"{repo}/resolve/{Uri.EscapeDataString(commit)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>The commit that a branch, a tag or a short hash means now.</summary>
    public async Task<(string? Commit, ModelFailure? Failure)> CommitAsync(string revision, CancellationToken cancellationToken)
    {
        var (found, failure, _) = await GetAsync(Url($"api/models/{repo}/revision/{Uri.EscapeDataString(revision)}"), HubJson.Default.HubRevision, cancellationToken);
        return failure is null && found?.Sha is not { Length: 40 }
            ? (null, new ModelFailure(FailureKind.Invalid, $"{endpoint.Host} names no commit of {repo} at {revision}: it is no Hugging Face Hub. Check HF_ENDPOINT."))
            : (found?.Sha, failure);
    }

    /// <summary>All files of a commit.</summary>
    public async Task<(List<HubFile>? Files, ModelFailure? Failure)> TreeAsync(string commit, CancellationToken cancellationToken)
    {
        var files = new List<HubFile>();
        Uri? url = Url($"api/models/{repo}/tree/{commit}?recursive=true&expand=false");
        for (var page = 0; url is not null && page < MostPages; page++)
        {
            var (entries, failure, next) = await GetAsync(url, HubJson.Default.ListHubEntry, cancellationToken);
            if (failure is not null)
            {
                return (null, failure);
            }

            foreach (var entry in entries!.Where(entry => entry.Type == "file"))
            {
                if (entry is not { Path: { Length: > 0 } path } || HubAnswers.Digest(entry.Lfs?.Oid ?? entry.Oid) is not { } digest || (entry.Lfs?.Size ?? entry.Size) is not { } size)
                {
                    return (null, new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(url)} lists a file without path, size or digest: it is no Hugging Face Hub. Check HF_ENDPOINT."));
                }

                files.Add(new HubFile(path, size, digest));
            }

            url = next;
        }

        return (files, null);
    }

    /// <summary>One file by its name: its commit, size and digest stand in the headers of the address that leads to it.</summary>
    public async Task<(string? Commit, HubFile? File, ModelFailure? Failure)> FileAsync(string revision, string path, CancellationToken cancellationToken)
    {
        var url = ResolveUrl(revision, path);

        // Redirects on the same host are repositories that were renamed; one to another host leads to the bytes.
        using var exchange = await network.SendAsync(new Ask(HttpMethod.Head, url) { Authorize = Authorize, Follows = next => NetworkClient.SameOrigin(next, url) }, cancellationToken);
        if (exchange.Answer is not { } answer)
        {
            return (null, null, exchange.Failure);
        }

        var redirects = (int)answer.StatusCode is >= 300 and < 400;
        if (!redirects && HubAnswers.Failure(answer, exchange.Url, endpoint, repo, time) is { } failure)
        {
            return (null, null, failure);
        }

        var size = HubAnswers.Header(answer, "X-Linked-Size") is { } linked && long.TryParse(linked, System.Globalization.CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : redirects ? null : answer.Content.Headers.ContentLength;
        return HubAnswers.Header(answer, "X-Repo-Commit") is { Length: 40 } commit
            && HubAnswers.Digest(HubAnswers.Header(answer, "X-Linked-Etag") ?? HubAnswers.Header(answer, "ETag")) is { } digest
            && size is { } known
                ? (commit, new HubFile(path, known, digest), null)
                : (null, null, new ModelFailure(FailureKind.Invalid, $"{NetworkClient.Shown(url)} does not say commit, size and digest of the file: it is no Hugging Face Hub. Check HF_ENDPOINT."));
    }

    private Uri Url(string path) => new($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    private async Task<(T? Value, ModelFailure? Failure, Uri? Next)> GetAsync<T>(Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var exchange = await network.SendAsync(new Ask(HttpMethod.Get, url) { Authorize = Authorize, Accept = "application/json" }, cancellationToken);
        if (exchange.Answer is not { } answer)
        {
            return (null, exchange.Failure, null);
        }

        if (HubAnswers.Failure(answer, exchange.Url, endpoint, repo, time) is { } failure)
        {
            return (null, failure, null);
        }

        try
        {
            await answer.Content.LoadIntoBufferAsync(MostBytesOfAPage, cancellationToken);
            var value = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), type);
            return value is null ? (null, NotAHub(url), null) : (value, null, HubAnswers.Next(answer, exchange.Url));
        }
        catch (JsonException)
        {
            return (null, NotAHub(url), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, new ModelFailure(FailureKind.Unavailable, $"{NetworkClient.Shown(url)} broke off its answer: {e.Message}"), null);
        }
    }

    private static ModelFailure NotAHub(Uri url) => new(FailureKind.Invalid, $"{NetworkClient.Shown(url)} does not answer as a Hugging Face Hub does. Check HF_ENDPOINT.");
}
