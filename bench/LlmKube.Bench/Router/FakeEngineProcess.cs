using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmKube.Bench.Router;

/// <summary>An engine that computes nothing: what is measured through it is the way to it.</summary>
internal static class FakeEngineProcess
{
    private const int Events = 100;

    private static readonly byte[] s_answer = System.Text.Encoding.UTF8.GetBytes(
        """{"id":"c","object":"chat.completion","created":1,"model":"demo","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}""");

    private static readonly byte[] s_event = System.Text.Encoding.UTF8.GetBytes(
        """data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"demo","choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}""" + "\n\n");

    public static async Task RunAsync(int port, TextWriter output, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var web = builder.Build();
        web.Run(AnswerAsync);
        await web.StartAsync(cancellationToken);
        await output.WriteLineAsync("ready");
        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var buffer = new byte[4096];
        var streams = false;
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            streams |= buffer.AsSpan(0, read).IndexOf("\"stream\":true"u8) >= 0;
        }

        if (!streams)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = s_answer.Length;
            await context.Response.Body.WriteAsync(s_answer, context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < Events; i++)
        {
            await context.Response.Body.WriteAsync(s_event, context.RequestAborted);
        }
    }
}

/// <summary>The parent ends the process; nothing else may.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
