using LlmKube.Kubernetes.Client;
using LlmKube.Router.Routing;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router;

/// <summary>A running router: an OpenAI-compatible API in front of every InferenceService that the API server knows.</summary>
public sealed class RouterHost : IAsyncDisposable
{
    private readonly RouterServer _server;
    private readonly CancellationTokenSource _stopping;

    private RouterHost(RouterServer server, Task watching, CancellationTokenSource stopping)
    {
        _server = server;
        _stopping = stopping;
        Completion = watching;
    }

    /// <summary>Where it listens, with the port that was really taken.</summary>
    public Uri Url => _server.Url;

    /// <summary>Ends when the router is stopped. An exception in it means that the routes are no longer followed: end the process.</summary>
    public Task Completion { get; }

    /// <summary>
    /// Listens and begins to follow the API server. <c>/readyz</c> says when the first routes are read.
    /// A port or address that cannot be had is a <see cref="RouterStartException"/>.
    /// </summary>
    public static async Task<RouterHost> StartAsync(
        RouterOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var routes = new CurrentRoutes();
        var server = await RouterServer.StartAsync(options, routes, time, loggers, cancellationToken);
        var stopping = new CancellationTokenSource();
        var watcher = new RouteTableWatcher(client, routes, Swapped, time, loggers);
        var reporter = new CanaryReporter(client, server.Canaries, options.Instance, time, loggers.CreateLogger<CanaryReporter>());
        return new RouterHost(server, RunAsync(watcher, reporter, stopping), stopping);

        void Swapped(RouteTable table)
        {
            server.Balancer.Forget(table);
            server.Canaries.Forget(table);
        }
    }

    /// <summary>Neither ends by itself: the first that does takes the other with it, and its exception is the one that is seen.</summary>
    private static async Task RunAsync(RouteTableWatcher watcher, CanaryReporter reporter, CancellationTokenSource stopping)
    {
        var (watching, reporting) = (watcher.RunAsync(stopping.Token), reporter.RunAsync(stopping.Token));
        await Task.WhenAny(watching, reporting);
        await stopping.CancelAsync();
        await watching;
        await reporting;
    }

    /// <summary>Lets the requests in progress end, for as long as <see cref="RouterOptions.DrainTimeout"/> allows, and stops following.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _server.StopAsync(cancellationToken);
        await _stopping.CancelAsync();
        await Completion;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _server.DisposeAsync();
        await Task.WhenAny(Completion);
        _stopping.Dispose();
    }
}
