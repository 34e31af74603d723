using System.Threading.Channels;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router.Routing;

/// <summary>Follows the API server and makes a new route table current whenever something that matters changes.</summary>
internal sealed partial class RouteTableWatcher
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    private readonly Informer<InferenceService> _inferenceServices;
    private readonly Informer<Service> _services;
    private readonly KubernetesClient _client;
    private readonly CurrentRoutes _routes;
    private readonly Action<RouteTable> _onSwap;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Any number of changes while a table is built are one reason to build the next.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public RouteTableWatcher(KubernetesClient client, CurrentRoutes routes, Action<RouteTable> onSwap, TimeProvider time, ILoggerFactory loggers)
    {
        _client = client;
        _routes = routes;
        _onSwap = onSwap;
        _time = time;
        _logger = loggers.CreateLogger("LlmKube.Router.Routes");
        _inferenceServices = new Informer<InferenceService>(client.Of<InferenceService>(), new InformerOptions(), time, _logger);
        _services = new Informer<Service>(client.Of<Service>(), new InformerOptions(), time, _logger);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var a = _inferenceServices.Subscribe(_ => Changed());
        using var b = _services.Subscribe(_ => Changed());
        Task[] all = [_inferenceServices.RunAsync(stopping.Token), _services.RunAsync(stopping.Token), FollowAsync(stopping.Token)];

        // None ends by itself: the first that does takes the others with it, and its exception is the one that is seen.
        var first = await Task.WhenAny(all);
        await stopping.CancelAsync();
        try
        {
            await first;
            await Task.WhenAll(all);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private void Changed() => _changes.Writer.TryWrite(true);

    /// <summary>Follows the addresses in the version that the server has, and builds a table for every change.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var version = await EndpointSliceVersion.FindAsync(_client, _time, stopping.Token);
        var slices = new Informer<EndpointSlice>(_client.Of<EndpointSlice>(version), new InformerOptions { LabelSelector = Labels.ServiceName }, _time, _logger);
        using var changes = slices.Subscribe(_ => Changed());
        var first = await Task.WhenAny(slices.RunAsync(stopping.Token), BuildAsync(slices, stopping.Token));
        await stopping.CancelAsync();
        await first;
    }

    private async Task BuildAsync(Informer<EndpointSlice> slices, CancellationToken cancellationToken)
    {
        await _inferenceServices.WaitForSyncAsync(cancellationToken);
        await _services.WaitForSyncAsync(cancellationToken);
        await slices.WaitForSyncAsync(cancellationToken);
        while (true)
        {
            var built = RouteTableBuilder.Build(_inferenceServices.List(), _services.List(), slices.List(), _time.GetUtcNow());
            Swap(built.Table);
            await WaitForChangeAsync(built.GoodUntil, cancellationToken);
        }
    }

    private void Swap(RouteTable table)
    {
        Report(_routes.Table, table);
        _routes.Swap(table);
        _onSwap(table);
    }

    private async Task WaitForChangeAsync(DateTimeOffset? goodUntil, CancellationToken cancellationToken)
    {
        if (goodUntil is not { } until)
        {
            await _changes.Reader.ReadAsync(cancellationToken);
            return;
        }

        // A moment after, because at that very moment a heartbeat is still good; bounded, because timers are.
        var left = until - _time.GetUtcNow() + s_moment;
        using var old = new CancellationTokenSource(left < s_moment ? s_moment : left > s_longestWait ? s_longestWait : left, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(old.Token, cancellationToken);
        try
        {
            await _changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (old.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A heartbeat became too old: that is a change too.
        }
    }

    /// <summary>Says what began or ceased to answer, once each.</summary>
    private void Report(RouteTable? before, RouteTable after)
    {
        var known = (before?.Targets ?? []).ToDictionary(t => t.Model);
        foreach (var target in after.Targets)
        {
            var was = known.GetValueOrDefault(target.Model)?.State;
            switch (target.State)
            {
                case TargetState.Ready ready when was is not TargetState.Ready:
                    RouteReady(target.Model.Namespace, target.Model.Name, ready.Endpoints.Length);
                    break;
                case TargetState.NoneReady none when was is TargetState.Ready:
                    RouteLost(target.Model.Namespace, target.Model.Name, none.Reason);
                    break;
                default:
                    break;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "RouteReady", Message = "{Namespace}/{Name} answers requests at {Endpoints} endpoints")]
    private partial void RouteReady(string @namespace, string name, int endpoints);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "RouteLost", Message = "{Namespace}/{Name} answers no more: {Reason}")]
    private partial void RouteLost(string @namespace, string name, string reason);
}
