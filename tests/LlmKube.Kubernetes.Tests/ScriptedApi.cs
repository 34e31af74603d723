using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LlmKube.Kubernetes.Client;
using LlmKube.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Tests;

/// <summary>An HTTP server that knows nothing: every request waits until the test says what comes back.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Exchange> _arrived = Channel.CreateUnbounded<Exchange>();
    private readonly HttpClient _http;

    private ScriptedApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var exchange = new Exchange(context, await reader.ReadToEndAsync(context.RequestAborted));
            _arrived.Writer.TryWrite(exchange);
            await exchange.Finished.WaitAsync(context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        _http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        Client = new KubernetesClient(_http);
    }

    internal KubernetesClient Client { get; }

    internal Uri Url => _http.BaseAddress!;

    internal int Waiting => _arrived.Reader.Count;

    internal static async Task<ScriptedApi> StartAsync()
    {
        var api = new ScriptedApi();
        await api._app.StartAsync();
        var addresses = api._app.Services.GetService(typeof(Microsoft.AspNetCore.Hosting.Server.IServer)) as Microsoft.AspNetCore.Hosting.Server.IServer;
        api._http.BaseAddress = new Uri(addresses!.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return api;
    }

    /// <summary>The next request; fails when none comes.</summary>
    internal async Task<Exchange> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        return await _arrived.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The next request, which comes only after the clock has moved.</summary>
    internal Task<Exchange> NextAsync(ManualTime time, TimeSpan step) => time.AdvanceUntilAsync(NextAsync(), step);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>One request and the answer that the test gives to it.</summary>
internal sealed class Exchange(HttpContext context, string body)
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Finished => _finished.Task;

    internal string Method => context.Request.Method;

    internal string Path => context.Request.Path;

    internal string Header(string name) => context.Request.Headers[name].ToString();

    internal string Query(string name) => context.Request.Query[name].ToString();

    internal bool IsWatch => Query("watch") is "1" or "true";

    internal JsonObject Body => (JsonObject)JsonNode.Parse(body)!;

    internal async Task AnswerAsync(JsonNode answer, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
        await context.Response.CompleteAsync();
        _finished.TrySetResult();
    }

    internal Task AnswerListAsync(string version, params JsonObject[] items) => AnswerListAsync(version, next: null, items);

    internal Task AnswerListAsync(string version, string? next, JsonObject[] items) => AnswerAsync(new JsonObject
    {
        ["kind"] = "List",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["continue"] = next ?? "" },
        ["items"] = new JsonArray([.. items]),
    });

    internal Task RefuseAsync(int code, string reason, int? retryAfter = null)
    {
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return AnswerAsync(StatusOf(code, reason), code);
    }

    /// <summary>One event of a watch, which stays open.</summary>
    internal async Task SendAsync(string type, JsonNode about)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/json";
        }

        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = about }.ToJsonString() + "\n");
        await context.Response.Body.FlushAsync();
    }

    internal Task SendErrorAsync(int code, string reason) => SendAsync("ERROR", StatusOf(code, reason));

    /// <summary>Ends a watch in good order.</summary>
    internal async Task EndAsync()
    {
        await context.Response.CompleteAsync();
        _finished.TrySetResult();
    }

    /// <summary>Cuts the connection.</summary>
    internal void Cut()
    {
        context.Abort();
        _finished.TrySetResult();
    }

    private static JsonObject StatusOf(int code, string reason) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = "Failure",
        ["reason"] = reason,
        ["code"] = code,
        ["message"] = $"scripted {reason}",
    };
}
