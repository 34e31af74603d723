using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Caching;

/// <summary>
/// A cache of one kind that follows the server, and tells what changes. Objects in it are shared: they are immutable, keep them so.
/// </summary>
public sealed partial class Informer<T> : IInformer, IReflected<T>
    where T : class, IResource
{
    private readonly ObjectStore<T> _store = new();
    private readonly Lock _delivery = new();
    private readonly Reflector<T> _reflector;
    private readonly ILogger _logger;
    private readonly ResourceDefinition _definition;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableList<Action<Change<T>, bool>> _subscribers = [];
    private int _running;

    public Informer(ResourceClient<T> client, InformerOptions options, TimeProvider time, ILogger logger, Random? jitter = null)
        : this(client, options, time, logger, jitter, metrics: null)
    {
    }

    internal Informer(ResourceClient<T> client, InformerOptions options, TimeProvider time, ILogger logger, Random? jitter, RuntimeMetrics? metrics)
    {
        _definition = client.Definition;
        _logger = logger;
        _reflector = new Reflector<T>(client, options, this, time, logger, jitter ?? Random.Shared, metrics);
    }

    /// <summary>True once the first whole list is in the cache and its objects were delivered.</summary>
    public bool IsSynced => _synced.Task.IsCompleted;

    string IInformer.Name => _definition.QualifiedPlural;

    public T? Find(ObjectKey key) => _store.Find(key);

    /// <summary>All objects, by namespace and name.</summary>
    public IReadOnlyCollection<T> List() => _store.List();

    /// <summary>The objects that have the value in an index, by namespace and name.</summary>
    public IReadOnlyList<T> ByIndex(string index, string value) => _store.ByIndex(index, value);

    /// <summary>Declares an index, before the cache runs.</summary>
    public Informer<T> IndexBy(string name, Func<T, IEnumerable<string>> values)
    {
        if (Volatile.Read(ref _running) != 0)
        {
            throw new InvalidOperationException($"The cache of {_definition.QualifiedPlural} runs already: declare the index '{name}' before.");
        }

        _store.IndexBy(name, values);
        return this;
    }

    /// <summary>
    /// Calls for every object there is now, and then for every change, in order. The cache already holds the new state when the call comes.
    /// Calls are made one at a time and hold up the cache: put a key into a queue and return.
    /// </summary>
    public IDisposable Subscribe(Action<Change<T>> onChange) => Subscribe((change, _) => onChange(change));

    /// <summary>The same, with whether the object was there when the subscriber or the cache began.</summary>
    internal IDisposable Subscribe(Action<Change<T>, bool> onChange)
    {
        lock (_delivery)
        {
            foreach (var item in _store.List())
            {
                Deliver(onChange, new Change<T>(Old: null, item), isInitial: true);
            }

            _subscribers = _subscribers.Add(onChange);
        }

        return new Subscription(this, onChange);
    }

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>Follows the server until cancelled. Once per cache.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException($"The cache of {_definition.QualifiedPlural} runs already.");
        }

        return _reflector.RunAsync(cancellationToken);
    }

    void IReflected<T>.Replace(IReadOnlyList<T> items)
    {
        lock (_delivery)
        {
            Deliver(_store.Replace(items), isInitial: !IsSynced);
            _synced.TrySetResult();
        }
    }

    void IReflected<T>.Apply(WatchEvent<T> happened)
    {
        lock (_delivery)
        {
            var changes = happened.Kind == WatchEventKind.Deleted ? _store.Remove(happened.Object.Key(), happened.Object) : _store.Set(happened.Object);
            Deliver(changes, isInitial: false);
        }
    }

    private void Deliver(IReadOnlyList<Change<T>> changes, bool isInitial)
    {
        foreach (var change in changes)
        {
            foreach (var subscriber in _subscribers)
            {
                Deliver(subscriber, change, isInitial);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "One subscriber that chokes on one object must not stop the cache for all.")]
    private void Deliver(Action<Change<T>, bool> subscriber, Change<T> change, bool isInitial)
    {
        try
        {
            subscriber(change, isInitial);
        }
        catch (Exception e)
        {
            LogSubscriberFailed(e, _definition.QualifiedPlural, change.Latest.Key());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "SubscriberFailed", Message = "A subscriber of {Resource} failed on {Key}")]
    private partial void LogSubscriberFailed(Exception e, string resource, ObjectKey key);

    /// <summary>Ends with its disposal.</summary>
    private sealed class Subscription(Informer<T> informer, Action<Change<T>, bool> onChange) : IDisposable
    {
        public void Dispose()
        {
            lock (informer._delivery)
            {
                informer._subscribers = informer._subscribers.Remove(onChange);
            }
        }
    }
}

/// <summary>A cache of any kind, as the host starts and stops it.</summary>
internal interface IInformer
{
    string Name { get; }

    bool IsSynced { get; }

    Task WaitForSyncAsync(CancellationToken cancellationToken);

    Task RunAsync(CancellationToken cancellationToken);
}
