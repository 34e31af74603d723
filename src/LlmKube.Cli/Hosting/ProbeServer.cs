using System.Net;
using System.Net.Sockets;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Cli.Hosting;

/// <summary>What a kubelet and a Prometheus ask of a role: <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private volatile bool _ready;

    private ProbeServer(WebApplication web) => _web = web;

    /// <summary>Serves the probes, and the metrics at an address of their own; null leaves either out.</summary>
    public static async Task<ProbeServer> StartAsync(IPEndPoint? probes, IPEndPoint? metrics, PrometheusText text, CancellationToken cancellationToken)
    {
        IPEndPoint[] addresses = [.. new[] { probes, metrics }.OfType<IPEndPoint>()];
        var server = new ProbeServer(SmallWeb.Build(kestrel => Array.ForEach(addresses, kestrel.Listen)));
        server._web.Run(context => server.AnswerAsync(context, probes, metrics, text));
        if (addresses.Length > 0)
        {
            try
            {
                await server._web.StartAsync(cancellationToken);
            }
            catch (IOException e)
            {
                throw new CommandFailure($"The probes cannot be served: {e.Message}", "Choose other ports with --health-probe-bind-address and --metrics-bind-address.");
            }
        }

        return server;
    }

    /// <summary>From now on <c>/readyz</c> says so.</summary>
    public void SetReady() => _ready = true;

    /// <summary>An address as Kubernetes components take it: <c>:8081</c>, <c>127.0.0.1:8081</c>, or 0 for none.</summary>
    public static IPEndPoint? Parse(string text, string option)
    {
        if (text is "0" or "")
        {
            return null;
        }

        var whole = text.StartsWith(':') ? $"{(Socket.OSSupportsIPv6 ? "[::]" : "0.0.0.0")}{text}" : text;
        return IPEndPoint.TryParse(whole, out var address) && address.Port > 0
            ? address
            : throw new CommandFailure($"{option} {text} is no address.", "Write :8081, 127.0.0.1:8081, or 0 to serve none.", ExitCodes.Usage);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, IPEndPoint? probes, IPEndPoint? metrics, PrometheusText text)
    {
        var port = context.Connection.LocalPort;
        switch (context.Request.Path.Value)
        {
            case "/healthz" when port == probes?.Port:
                await context.Response.WriteAsync("ok", context.RequestAborted);
                break;
            case "/readyz" when port == probes?.Port:
                context.Response.StatusCode = _ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync(_ready ? "ok" : "the caches are being filled", context.RequestAborted);
                break;
            case "/metrics" when port == metrics?.Port:
                context.Response.ContentType = PrometheusText.ContentType;
                await context.Response.WriteAsync(text.Write(), context.RequestAborted);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}
