using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using LlmKube.TestKit.Sites;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>A web server with files by name, for one user where a password is set.</summary>
internal sealed class FileSite : IAsyncDisposable
{
    private readonly TestSite _site;

    private FileSite(TestSite site) => _site = site;

    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>How long it waits after each 64 KiB.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>What a request's Authorization must be; null lets everyone in.</summary>
    public string? Authorization { get; set; }

    public long BytesSent => _site.BytesSent;

    public string At(string path) => _site.At(path);

    public static async Task<FileSite> StartAsync(IPAddress address)
    {
        FileSite? site = null;
        var server = await TestSite.StartAsync(
            context =>
            {
                if (site!.Authorization is { } wanted && context.Request.Headers.Authorization != wanted)
                {
                    context.Response.StatusCode = 401;
                    context.Response.Headers.WWWAuthenticate = "Basic realm=\"models\"";
                    return Task.CompletedTask;
                }

                if (!site.Files.TryGetValue(context.Request.Path.Value!.TrimStart('/'), out var bytes))
                {
                    context.Response.StatusCode = 404;
                    return Task.CompletedTask;
                }

                return new ServedFile(bytes) { ETag = $"\"{Convert.ToHexString(SHA256.HashData(bytes).AsSpan(0, 8))}\"", Pause = site.Pause }.AnswerAsync(context);
            },
            address: address);
        return site = new FileSite(server);
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
