using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Storage;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Collection;

/// <summary>
/// The server's own controllers in one loop: what is deleted takes its dependents, its namespace's or its definition's
/// objects with it. Level-based: a key says where to look, and the state says what to do.
/// </summary>
internal sealed partial class Housekeeping : IAsyncDisposable
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    private readonly ServerContext _server;
    private readonly WorkSet _work = new();
    private readonly DependentIndex _dependents = new();
    private readonly OwnerCollector _owners;
    private readonly NamespaceSweeper _namespaces;
    private readonly DefinitionSweeper _definitions;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Housekeeping(ServerContext server, DefinitionStatus definitions)
    {
        _server = server;
        _owners = new OwnerCollector(server, _dependents);
        _namespaces = new NamespaceSweeper(server);
        _definitions = new DefinitionSweeper(server, definitions);
    }

    public void Start()
    {
        foreach (var stored in _server.Store.State.Collections.Values.SelectMany(objects => objects.Values))
        {
            _dependents.Observe(null, stored);
            if (stored.Deleting || stored.Owners.Count > 0)
            {
                _work.Add(stored.Key);
            }
        }

        _server.Store.AddObserver(Observe);
        _loop = Task.Run(() => RunAsync(_stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _server.Store.RemoveObserver(Observe);
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    /// <summary>Runs on the commit loop: remembers where to look, and nothing more.</summary>
    private void Observe(IReadOnlyList<StoreEvent> changes)
    {
        foreach (var change in changes)
        {
            var gone = change.Kind == StoreEventKind.Deleted;
            _dependents.Observe(change.Previous, gone ? null : change.Object);
            var key = change.Object.Key;
            if (!gone)
            {
                if (change.Object.Deleting || change.Object.Owners.Count > 0)
                {
                    _work.Add(key);
                }

                AddWaitingOwners(change.Previous);
                continue;
            }

            foreach (var dependent in _dependents.Of(change.Object.Uid))
            {
                _work.Add(dependent);
            }

            AddWaitingOwners(change.Object);
            if (key.Object.Namespace.Length > 0)
            {
                _work.Add(new StoreKey(KnownCollections.Namespaces, new("", key.Object.Namespace)));
            }

            _work.Add(new StoreKey(KnownCollections.CustomResourceDefinitions, new("", key.Collection.ToString())));
            if (key.Collection == KnownCollections.CustomResourceDefinitions)
            {
                foreach (var other in _server.Store.State.Of(KnownCollections.CustomResourceDefinitions).Keys)
                {
                    _work.Add(new StoreKey(KnownCollections.CustomResourceDefinitions, other));
                }
            }
        }
    }

    /// <summary>An owner that is deleted in the foreground goes when its last dependent has gone, or has let go of it.</summary>
    private void AddWaitingOwners(StoredObject? dependent)
    {
        foreach (var owner in dependent?.Owners ?? [])
        {
            if (_owners.FindKey(dependent!, owner) is { } key && _server.Store.State.Find(key) is { Deleting: true })
            {
                _work.Add(key);
            }
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var key = await _work.TakeAsync(cancellationToken);
                await LookAtAsync(key, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAtAsync(StoreKey key, CancellationToken cancellationToken)
    {
        if (_server.Store.State.Find(key) is not { } stored)
        {
            return;
        }

        var outcome = Progress.Done;
        try
        {
            if (key.Collection == KnownCollections.Namespaces && stored.Deleting)
            {
                outcome = await _namespaces.SweepAsync(stored);
            }
            else if (key.Collection == KnownCollections.CustomResourceDefinitions)
            {
                outcome = await _definitions.SweepAsync(stored);
            }

            if (outcome == Progress.Done && _server.Store.State.Find(key) is { } current)
            {
                outcome = await _owners.CollectAsync(current);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One object that cannot be handled must not stop the collection of all others.
            LogFailed(_server.Logger, key.Collection.ToString(), key.Object.ToString(), e);
            outcome = Progress.TryLater;
        }

        if (outcome == Progress.TryAgain)
        {
            _work.Add(key);
        }
        else if (outcome == Progress.TryLater)
        {
            _ = AddLaterAsync(key, cancellationToken);
        }
    }

    private async Task AddLaterAsync(StoreKey key, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(s_retryAfter, _server.Time, cancellationToken);
            _work.Add(key);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; the next start looks at everything anyway.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "HousekeepingFailed", Message = "Looking after {Resource} '{Name}' failed; it is tried again.")]
    private static partial void LogFailed(ILogger logger, string resource, string name, Exception exception);
}

/// <summary>How a look at an object ended.</summary>
internal enum Progress
{
    /// <summary>Nothing more to do until something changes.</summary>
    Done,

    /// <summary>Somebody else was faster: look again.</summary>
    TryAgain,

    /// <summary>The disk refused: give it time.</summary>
    TryLater,
}

/// <summary>From a commit's outcome to what comes next.</summary>
internal static class ProgressExtensions
{
    public static Progress ToProgress(this CommitOutcome outcome) => outcome switch
    {
        CommitOutcome.Committed => Progress.Done,
        CommitOutcome.Refused => Progress.TryLater,
        _ => Progress.TryAgain,
    };
}
