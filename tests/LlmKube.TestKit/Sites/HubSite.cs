using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LlmKube.TestKit.Sites;

/// <summary>
/// A Hugging Face Hub on this machine: the documented endpoints, headers and redirects of revision, tree and resolve, with the large
/// files on a second host as the Hub has them.
/// </summary>
public sealed class HubSite : IAsyncDisposable
{
    public const string Repo = "org/model";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private const int PageSize = 3;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lfs = new(StringComparer.Ordinal);

    private HubSite(TestSite hub, TestSite bytes) => (Hub, Bytes) = (hub, bytes);

    public TestSite Hub { get; }

    /// <summary>The host that large files are redirected to.</summary>
    public TestSite Bytes { get; }

    /// <summary>The token that is asked for; null asks for none.</summary>
    public string? Token { get; set; }

    public bool Gated { get; set; }

    /// <summary>Changes what the hosts send for a file.</summary>
    public Func<ServedFile, ServedFile> Serving { get; set; } = file => file;

    public static async Task<HubSite> StartAsync()
    {
        var site = new HubSite(await TestSite.StartAsync(), await TestSite.StartAsync());
        site.Hub.Handler = site.AnswerAsync;
        site.Bytes.Handler = context => site.Serving(new ServedFile(site._files[context.Request.Query["path"].ToString()]) { ETag = "\"cdn-tag\"" }).AnswerAsync(context);
        return site;
    }

    /// <summary>Puts a file into the repository.</summary>
    public byte[] Add(string path, int size, bool lfs)
    {
        var bytes = new byte[size];
        new Random(path.Length + size).NextBytes(bytes);
        _files[path] = bytes;
        if (lfs)
        {
            _lfs.Add(path);
        }

        return bytes;
    }

    public void Add(string path, byte[] content, bool lfs)
    {
        _files[path] = content;
        if (lfs)
        {
            _lfs.Add(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Bytes.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (Token is not null && context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.Headers["X-Error-Code"] = "RepoNotFound";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        var path = context.Request.Path.Value!.TrimStart('/');
        return path.Split('/') switch
        {
            ["old", "name", .. var rest] => RedirectAsync(context, $"/{Repo}/{string.Join('/', rest)}"),
            ["api", "models", "org", "model", "revision", var revision] => IsKnown(revision) ? JsonAsync(context, new JsonObject { ["sha"] = Commit }) : ErrorAsync(context, 404, "RevisionNotFound"),
            ["api", "models", "org", "model", "tree", Commit] => TreeAsync(context),
            ["api", "models", ..] => ErrorAsync(context, 404, "RepoNotFound"),
            ["org", "model", "resolve", var revision, .. var file] => IsKnown(revision) ? ResolveAsync(context, string.Join('/', file)) : ErrorAsync(context, 404, "RevisionNotFound"),
            _ => ErrorAsync(context, 404, "RepoNotFound"),
        };
    }

    private static bool IsKnown(string revision) => Uri.UnescapeDataString(revision) is "main" or "refs/pr/1" or "v1" or Commit;

    private Task ResolveAsync(HttpContext context, string path)
    {
        if (!_files.TryGetValue(path, out var bytes))
        {
            return ErrorAsync(context, 404, "EntryNotFound");
        }

        if (Gated)
        {
            return ErrorAsync(context, 403, "GatedRepo");
        }

        context.Response.Headers["X-Repo-Commit"] = Commit;
        if (!_lfs.Contains(path))
        {
            return Serving(new ServedFile(bytes) { ETag = $"\"{GitName(bytes)}\"" }).AnswerAsync(context);
        }

        context.Response.Headers["X-Linked-Size"] = bytes.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Linked-ETag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
        return RedirectAsync(context, $"{Bytes.Url}blob?path={Uri.EscapeDataString(path)}&X-Amz-Signature=secret");
    }

    private Task TreeAsync(HttpContext context)
    {
        var start = int.TryParse(context.Request.Query["cursor"], CultureInfo.InvariantCulture, out var cursor) ? cursor : 0;
        var page = new JsonArray();
        foreach (var (path, bytes) in _files.Skip(start).Take(PageSize))
        {
            var entry = new JsonObject { ["type"] = "file", ["path"] = path, ["oid"] = GitName(bytes), ["size"] = bytes.Length };
            if (_lfs.Contains(path))
            {
                entry["lfs"] = new JsonObject { ["oid"] = Convert.ToHexStringLower(SHA256.HashData(bytes)), ["size"] = bytes.Length, ["pointerSize"] = 134 };
            }

            page.Add((JsonNode)entry);
        }

        if (start + PageSize < _files.Count)
        {
            context.Response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{Hub.Url}api/models/{Repo}/tree/{Commit}?recursive=true&cursor={start + PageSize}>; rel=\"next\"");
        }

        return JsonAsync(context, page);
    }

    private static string GitName(byte[] bytes)
    {
#pragma warning disable CA5350 // Git's own name for a file.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350
    }

    private static Task JsonAsync(HttpContext context, JsonNode value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(value.ToJsonString(), context.RequestAborted);
    }

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Error-Code"] = code;
        return Task.CompletedTask;
    }

    private static Task RedirectAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = target.StartsWith('/') ? StatusCodes.Status307TemporaryRedirect : StatusCodes.Status302Found;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    }
}
