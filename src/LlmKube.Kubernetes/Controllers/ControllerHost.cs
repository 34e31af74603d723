using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>Caches, controllers, events and leadership of one role, started and stopped in one order.</summary>
public sealed partial class ControllerHost : IDisposable
{
    private static readonly TimeSpan s_syncPatience = TimeSpan.FromSeconds(15);

    private readonly KubernetesClient _client;
    private readonly ControllerHostOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly LeaderElector? _elector;
    private readonly Dictionary<(Type Type, ResourceDefinition Definition, InformerOptions Options), IInformer> _caches = [];
    private readonly List<Controller> _controllers = [];
    private bool _running;

    public ControllerHost(KubernetesClient client, ControllerHostOptions options)
    {
        _client = client;
        _options = options;
        _metrics = options.Metrics ?? new RuntimeMetrics();
        _logger = options.Logging.CreateLogger<ControllerHost>();
        Events = new EventRecorder(
            client, new EventRecorderOptions { Component = options.Component, Instance = options.Identity }, options.Time, options.Logging.CreateLogger<EventRecorder>(), _metrics);
        _elector = options.LeaderElection is { } election
            ? new LeaderElector(client, election with { Identity = options.Identity }, options.Time, options.Logging.CreateLogger<LeaderElector>(), options.Jitter, _metrics)
            : null;
    }

    /// <summary>Writes events on behalf of this role while the host runs.</summary>
    public EventRecorder Events { get; }

    /// <summary>True while the workers may act: this process leads, or there is no election.</summary>
    public bool IsLeading => _elector?.IsLeading ?? _running;

    /// <summary>The cache of a kind; the same one for the same options. Make all caches before the host runs.</summary>
    public Informer<T> Cache<T>(InformerOptions? options = null)
        where T : class, IResource<T> => Cache(T.Definition, options, _client.Of<T>);

    /// <summary>The cache of a kind that has no type here, on JSON.</summary>
    public Informer<DynamicObject> Cache(ResourceDefinition definition, InformerOptions? options = null) =>
        Cache(definition, options, () => _client.Of(definition));

    /// <summary>The cache of a kind by metadata alone: for Secrets and ConfigMaps, of which we want to know the change and not hold the content.</summary>
    public Informer<PartialObjectMetadata> MetadataCache(ResourceDefinition definition, InformerOptions? options = null) =>
        Cache(definition, options, () => _client.MetadataOf(definition));

    /// <summary>Begins the declaration of a controller.</summary>
    public ControllerBuilder<T> For<T>(string name, InformerOptions? options = null)
        where T : class, IResource<T> => new(this, name, Cache<T>(options));

    /// <summary>
    /// Starts, in order: events, caches, (once they are filled) the election, (once won) the workers. Stops in reverse: the workers end
    /// their passes, then the lease is released, then the events are written, then the caches end.
    /// Returns when cancelled; throws when a part fails or leadership is lost, and then the process should end.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _running = true;
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopCaches = new CancellationTokenSource();
        using var stopEvents = new CancellationTokenSource();
        var caches = Task.WhenAll(_caches.Values.Select(cache => GuardAsync(cache.RunAsync(stopCaches.Token), failing)));
        var events = GuardAsync(Events.RunAsync(stopEvents.Token), failing);
        try
        {
            await WaitForCachesAsync(failing.Token);
            _options.OnSynced();
            await (_elector?.RunAsync(RunControllersAsync, failing.Token) ?? RunControllersAsync(failing.Token));
        }
        catch (OperationCanceledException) when (failing.IsCancellationRequested)
        {
            // Stopped before the workers ran, or a part failed: awaiting the parts below says which.
        }
        finally
        {
            await stopEvents.CancelAsync();
            await Task.WhenAny(events);
            await stopCaches.CancelAsync();
            await Task.WhenAll(events, caches);
            _running = false;
        }
    }

    public void Dispose()
    {
        foreach (var controller in _controllers)
        {
            controller.Dispose();
        }

        if (_options.Metrics is null)
        {
            _metrics.Dispose();
        }
    }

    internal Controller Add(string name, IReconciler reconciler, int workers, TimeSpan? timeout)
    {
        ThrowIfRunning($"controller '{name}'");
        if (_controllers.Exists(known => known.Name == name))
        {
            throw new InvalidOperationException($"There is a controller '{name}' already: give the second one another name.");
        }

        var controller = new Controller(name, reconciler, workers, timeout, _options, _metrics);
        _controllers.Add(controller);
        return controller;
    }

    private Informer<T> Cache<T>(ResourceDefinition definition, InformerOptions? options, Func<ResourceClient<T>> client)
        where T : class, IResource
    {
        var key = (typeof(T), definition, options ?? new InformerOptions());
        if (_caches.TryGetValue(key, out var known))
        {
            return (Informer<T>)known;
        }

        ThrowIfRunning($"cache of {definition.QualifiedPlural}");
        var cache = new Informer<T>(client(), key.Item3, _options.Time, _options.Logging.CreateLogger<Informer<T>>(), _options.Jitter, _metrics);
        _caches.Add(key, cache);
        return cache;
    }

    private async Task RunControllersAsync(CancellationToken cancellationToken)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(_controllers.Select(controller => GuardAsync(controller.RunAsync(failing.Token), failing)));

        // Without controllers the host still keeps its caches.
        if (_controllers.Count == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _options.Time, cancellationToken);
        }
    }

    private async Task WaitForCachesAsync(CancellationToken cancellationToken)
    {
        var synced = Task.WhenAll(_caches.Values.Select(cache => cache.WaitForSyncAsync(cancellationToken)));
        while (!synced.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(synced, Task.Delay(s_syncPatience, _options.Time, enough.Token));
            await enough.CancelAsync();
            if (!synced.IsCompleted)
            {
                LogNotSynced(_options.Component, string.Join(", ", _caches.Values.Where(cache => !cache.IsSynced).Select(cache => cache.Name).Order(StringComparer.Ordinal)));
            }
        }

        await synced;
        LogSynced(_options.Component, _caches.Count);
    }

    /// <summary>A part that fails stops the rest.</summary>
    private static async Task GuardAsync(Task part, CancellationTokenSource failing)
    {
        try
        {
            await part;
        }
        catch
        {
            await failing.CancelAsync();
            throw;
        }
    }

    private void ThrowIfRunning(string what)
    {
        if (_running)
        {
            throw new InvalidOperationException($"The host of {_options.Component} runs already: declare the {what} before.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "CachesSynced", Message = "{Component} has filled its {Count} caches")]
    private partial void LogSynced(string component, int count);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "CachesNotSynced", Message = "{Component} still waits for the first list of {Kinds}")]
    private partial void LogNotSynced(string component, string kinds);
}
