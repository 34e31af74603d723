using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LlmKube.Cli.Hub;

/// <summary>
/// Answers the requests by which clients of the Hugging Face Hub find and download models: resolve, tree, revision, paths-info, and what
/// llama.cpp asks. Read-only.
/// </summary>
internal sealed class HubServer : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const int MostBytesOfARequest = 1024 * 1024;

    private readonly WebApplication _web;
    private readonly IReadOnlyList<IHubShelf> _shelves;
    private readonly IReadOnlyList<byte[]> _tokens;
    private readonly Action<string> _log;

    private HubServer(WebApplication web, IReadOnlyList<IHubShelf> shelves, IReadOnlyList<string> tokens, Action<string> log) =>
        (_web, _shelves, _tokens, _log) = (web, shelves, [.. tokens.Select(Encoding.UTF8.GetBytes)], log);

    /// <summary>Where it is served.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Serves what the shelves have, the first that has it.</summary>
    /// <param name="address">Where.</param>
    /// <param name="shelves">Where models are found.</param>
    /// <param name="tokens">Who may read; everyone where there are none.</param>
    /// <param name="log">Told what went wrong.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<HubServer> StartAsync(IPEndPoint address, IReadOnlyList<IHubShelf> shelves, IReadOnlyList<string> tokens, Action<string> log, CancellationToken cancellationToken)
    {
        var server = new HubServer(SmallWeb.Build(kestrel => kestrel.Listen(address)), shelves, tokens, log);
        server._web.Run(server.AnswerAsync);
        try
        {
            await server._web.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new CommandFailure($"The Hub cannot be served: {e.Message}", "Choose another address with --bind-address.");
        }

        server.Url = new Uri(server._web.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        return server;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            if (!IsAllowed(context.Request))
            {
                await RefuseAsync(context, StatusCodes.Status401Unauthorized, "RepoNotFound", "A token is needed that this Hub knows.");
                return;
            }

            var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            await (HubRequest.Parse(target) switch
            {
                HubRequest.Resolve resolve when IsRead(context) => ResolveAsync(context, resolve),
                HubRequest.Tree tree when IsRead(context) => TreeAsync(context, tree),
                HubRequest.Info info when IsRead(context) => InfoAsync(context, info),
                HubRequest.PathsInfo info when HttpMethods.IsPost(context.Request.Method) => PathsInfoAsync(context, info),
                HubRequest.Manifest manifest when IsRead(context) => ManifestAsync(context, manifest),
                HubRequest.Listing when IsRead(context) => ListAsync(context),
                null when target is "/healthz" => context.Response.WriteAsync("ok", context.RequestAborted),
                null => RefuseAsync(context, StatusCodes.Status404NotFound, "EntryNotFound", "There is nothing at this address."),
                _ => RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, null, "This Hub is read-only."),
            });
        }
        catch (RepositoryException e)
        {
            _log($"{context.Request.Method} {context.Request.Path}: {e.Message}");
            await FailAsync(context, e.Failure.Kind is FailureKind.NotFound ? StatusCodes.Status404NotFound : e.Failure.Heals ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway, e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            _log($"{context.Request.Method} {context.Request.Path}: {e.Message}");
            await FailAsync(context, StatusCodes.Status502BadGateway, "The file could not be read.");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
    }

    private bool IsAllowed(HttpRequest request)
    {
        if (_tokens.Count == 0)
        {
            return true;
        }

        var given = request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] ? Encoding.UTF8.GetBytes(token) : [];
        return _tokens.Any(known => CryptographicOperations.FixedTimeEquals(known, given));
    }

    private static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    private async Task ResolveAsync(HttpContext context, HubRequest.Resolve wanted)
    {
        if (await FindAsync(context, wanted.Repo, wanted.Revision) is not { } model)
        {
            return;
        }

        context.Response.Headers["X-Repo-Commit"] = model.Commit;
        if (model.Files.FirstOrDefault(one => one.Path == wanted.Path) is not { } file)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "EntryNotFound", $"{model.Repo} has no file {wanted.Path} at {wanted.Revision}.");
            return;
        }

        var headers = context.Response.Headers;
        headers.ETag = $"\"{file.Digest}\"";
        headers["X-Linked-Etag"] = headers.ETag;
        headers["X-Linked-Size"] = file.Size.ToString(CultureInfo.InvariantCulture);
        headers.AcceptRanges = "bytes";
        headers.ContentDisposition = $"inline; filename*=UTF-8''{Uri.EscapeDataString(Path.GetFileName(file.Path))}";
        context.Response.ContentType = "application/octet-stream";
        var (from, length) = (0L, file.Size);
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range && (context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == headers.ETag))
        {
            if (ByteRange.Parse(range, file.Size) is not { } part)
            {
                headers.ContentRange = $"bytes */{file.Size}";
                context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                return;
            }

            (from, length) = part;
            headers.ContentRange = $"bytes {from}-{from + length - 1}/{file.Size}";
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
        }

        context.Response.ContentLength = length;
        if (!HttpMethods.IsHead(context.Request.Method) && length > 0)
        {
            await using var content = await file.OpenAsync(from, length, context.RequestAborted);
            await CopyAsync(content, length, context);
        }
    }

    private static async Task CopyAsync(Stream content, long length, HttpContext context)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (length > 0)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferBytes, length)), context.RequestAborted);
                if (read == 0)
                {
                    // Less than was announced: the client has to see a broken connection and not a whole file.
                    context.Abort();
                    return;
                }

                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                length -= read;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task TreeAsync(HttpContext context, HubRequest.Tree wanted)
    {
        if (await FindAsync(context, wanted.Repo, wanted.Revision) is { } model)
        {
            var prefix = wanted.Folder.Length == 0 ? "" : wanted.Folder + "/";
            var isDeep = context.Request.Query["recursive"] == "true" || context.Request.Query["recursive"] == "1";
            var below = model.Files.Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            var folders = below.SelectMany(file => HubJson.FoldersOf(file.Path[prefix.Length..], isDeep)).Distinct(StringComparer.Ordinal).Select(folder => HubJson.Folder(prefix + folder));
            var files = below.Where(file => isDeep || !file.Path[prefix.Length..].Contains('/', StringComparison.Ordinal)).Select(HubJson.File);
            await WriteAsync(context, new JsonArray([.. folders, .. files]));
        }
    }

    private async Task InfoAsync(HttpContext context, HubRequest.Info wanted)
    {
        if (await FindAsync(context, wanted.Repo, wanted.Revision) is { } model)
        {
            await WriteAsync(context, HubJson.Info(model));
        }
    }

    private async Task PathsInfoAsync(HttpContext context, HubRequest.PathsInfo wanted)
    {
        if (await FindAsync(context, wanted.Repo, wanted.Revision) is not { } model)
        {
            return;
        }

        if (context.Request.ContentLength > MostBytesOfARequest || await PathsAsync(context) is not { } paths)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, null, "The request names no paths.");
            return;
        }

        await WriteAsync(context, new JsonArray([.. model.Files.Where(file => paths.Contains(file.Path)).Select(file => HubJson.FileOf(file, model.Commit))]));
    }

    /// <summary>The paths of the body: JSON, or a form as Python's client sends it.</summary>
    private static async Task<HashSet<string>?> PathsAsync(HttpContext context)
    {
        try
        {
            if (context.Request.HasFormContentType)
            {
                return (await context.Request.ReadFormAsync(context.RequestAborted))["paths"].OfType<string>().ToHashSet(StringComparer.Ordinal);
            }

            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return body.RootElement.GetProperty("paths").EnumerateArray().Select(path => path.GetString()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private async Task ManifestAsync(HttpContext context, HubRequest.Manifest wanted)
    {
        if (await FindAsync(context, wanted.Repo, "main") is { } model)
        {
            await (HubJson.Manifest(model, wanted.Tag) is { } manifest
                ? WriteAsync(context, manifest)
                : RefuseAsync(context, StatusCodes.Status404NotFound, "EntryNotFound", $"{model.Repo} has no GGUF file {wanted.Tag}."));
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var shelf in _shelves)
        {
            names.UnionWith(await shelf.ListAsync(context.RequestAborted));
        }

        var search = context.Request.Query["search"].ToString();
        await WriteAsync(context, new JsonArray([.. names.Where(name => name.Contains(search, StringComparison.OrdinalIgnoreCase)).Select(name => new JsonObject { ["id"] = name, ["modelId"] = name })]));
    }

    /// <summary>The revision; null where the answer was given, that there is none.</summary>
    private async Task<HubModel?> FindAsync(HttpContext context, string repo, string revision)
    {
        var isKnown = false;
        foreach (var shelf in _shelves)
        {
            var (model, hasRepo) = await shelf.FindAsync(repo, revision, context.RequestAborted);
            if (model is not null)
            {
                return model;
            }

            isKnown |= hasRepo;
        }

        await RefuseAsync(context, StatusCodes.Status404NotFound, isKnown ? "RevisionNotFound" : "RepoNotFound", isKnown ? $"{repo} has no revision {revision} here." : $"This Hub has no model {repo}. Bring it in: llmkube fetch hf://{repo}, or llmkube repo push.");
        return null;
    }

    private static Task WriteAsync(HttpContext context, JsonNode json)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(json, Kubernetes.Objects.KubernetesJson.Default.JsonNode);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext context, int status, string? code, string message)
    {
        context.Response.StatusCode = status;
        if (code is not null)
        {
            context.Response.Headers["X-Error-Code"] = code;
        }

        context.Response.Headers["X-Error-Message"] = new string([.. message.Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '?')]);
        return WriteAsync(context, new JsonObject { ["error"] = message });
    }

    private static async Task FailAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await RefuseAsync(context, status, null, message);
    }
}
