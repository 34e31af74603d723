using System.Collections.Concurrent;
using LlmKube.Router.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmKube.Router.Tests.Fixtures;

/// <summary>What an engine received: the request as bytes.</summary>
internal sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A model server on loopback that answers as a test tells it to.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly WebApplication _web;

    private FakeEngine(WebApplication web)
    {
        _web = web;
        var url = new Uri(web.Urls.First());
        Endpoint = new BackendEndpoint(url.Host, url.Port);
    }

    public BackendEndpoint Endpoint { get; }

    public ConcurrentQueue<ReceivedRequest> Received { get; } = new();

    public static async Task<FakeEngine> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var web = builder.Build();
        FakeEngine? engine = null;
        web.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            engine!.Received.Enqueue(new ReceivedRequest(context.Request.Path + context.Request.QueryString, headers, body.ToArray()));
            await answer(context);
        });
        await web.StartAsync();
        engine = new FakeEngine(web);
        return engine;
    }

    /// <summary>An engine that gives every request the same JSON.</summary>
    public static Task<FakeEngine> AnsweringAsync(string json, int status = 200) => StartAsync(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    });

    /// <summary>An engine that streams the events, each when <paramref name="beforeEvent"/> lets it.</summary>
    public static Task<FakeEngine> StreamingAsync(IReadOnlyList<string> events, Func<int, HttpContext, Task>? beforeEvent = null) => StartAsync(async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
        for (var i = 0; i < events.Count; i++)
        {
            if (beforeEvent is not null)
            {
                await beforeEvent(i, context);
            }

            await context.Response.WriteAsync(events[i], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    });

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
