using System.Net.Sockets;
using LlmKube.Kubernetes.Telemetry;
using LlmKube.Router.Balancing;
using LlmKube.Router.Forwarding;
using LlmKube.Router.OpenAi;
using LlmKube.Router.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router;

/// <summary>The router's HTTP side: it answers from whatever route table is current. It knows nothing of Kubernetes.</summary>
internal sealed class RouterServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly RouterApplication _application;
    private readonly HttpMessageInvoker _backends;
    private readonly Telemetry _telemetry;
    private readonly PrometheusText _metrics;

    private RouterServer(
        WebApplication web, RouterApplication application, HttpMessageInvoker backends, EndpointBalancer balancer, CanaryTraffic canaries, Telemetry telemetry, PrometheusText metrics)
    {
        _web = web;
        _application = application;
        _backends = backends;
        _telemetry = telemetry;
        _metrics = metrics;
        Balancer = balancer;
        Canaries = canaries;
        Url = new Uri(web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    public Uri Url { get; }

    public EndpointBalancer Balancer { get; }

    public CanaryTraffic Canaries { get; }

    public static async Task<RouterServer> StartAsync(
        RouterOptions options, CurrentRoutes routes, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var balancer = new EndpointBalancer(time);
        var clocks = new ForwardingClocks(options.ConnectTimeout, options.FirstByteTimeout, options.IdleTimeout);
        var backends = BackendConnections.Create(balancer, clocks);

        // First the reader, so that it sees counters at zero; of several routers in one process each shows its own.
        var metrics = new PrometheusText(meter => meter.Name.StartsWith("LlmKube", StringComparison.Ordinal)
            && (meter.Name != Telemetry.Name || ReferenceEquals(meter.Scope, routes)));
        var telemetry = new Telemetry(options.Name, routes);
        var logger = loggers.CreateLogger(Telemetry.Name);
        var canaries = new CanaryTraffic();
        var inference = new InferenceEndpoint(routes, new Forwarder(balancer, backends, clocks, time), canaries, telemetry, options, time, logger);
        var application = new RouterApplication(inference, routes, metrics, logger);
        var web = Build(options, loggers);
        web.Run(application.HandleAsync);
        try
        {
            await web.StartAsync(cancellationToken);
            return new RouterServer(web, application, backends, balancer, canaries, telemetry, metrics);
        }
        catch (Exception e)
        {
            await web.DisposeAsync();
            backends.Dispose();
            telemetry.Dispose();
            metrics.Dispose();
            if (Explain(e, options) is { } message)
            {
                throw new RouterStartException(message, e);
            }

            throw;
        }
    }

    /// <summary>Takes no new requests and lets those in progress end, for as long as the drain timeout allows.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _application.Drain();
        return _web.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _backends.Dispose();
        _telemetry.Dispose();
        _metrics.Dispose();
    }

    private static WebApplication Build(RouterOptions options, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port);

            // Our own limit answers in OpenAI's shape; our own clock judges a client that takes nothing.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        return builder.Build();
    }

    private static string? Explain(Exception exception, RouterOptions options)
    {
        var where = $"{options.Address}:{options.Port}";
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"The router cannot listen on {where}: another process has that port. Stop it, or choose another port with {options.PortOption}.";
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return $"The router may not listen on {where}: ports below 1024 need privileges. Choose another port with {options.PortOption}.";
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return $"The router cannot listen on {where}: this machine does not have that address. Choose one that it has, such as 127.0.0.1.";
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>The process decides when it ends; the default lifetime would take Ctrl-C for itself.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
