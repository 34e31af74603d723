using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Storage;

/// <summary>
/// All objects, under one global revision. Reads take <see cref="State"/>, an immutable snapshot. Writes go through one
/// loop that commits whatever has gathered while the disk was busy as one journal frame with one flush.
/// </summary>
internal sealed class ObjectStore : IAsyncDisposable
{
    private readonly Channel<PendingWrite> _pending = Channel.CreateUnbounded<PendingWrite>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ResourceCollection, EventLog> _logs = new();
    private readonly Journal? _journal;
    private readonly int _historyCapacity;
    private readonly long _historyStart;
    private readonly Task _loop;
    private ImmutableList<Action<IReadOnlyList<StoreEvent>>> _observers = [];
    private StoreState _state;
    private long _published;
    private long _expiredUpTo;

    private ObjectStore(Journal? journal, StoreState state, long historyStart, int historyCapacity)
    {
        _journal = journal;
        _historyStart = historyStart;
        _historyCapacity = historyCapacity;
        _state = state;
        _published = state.Revision;
        _loop = Task.Run(CommitAllAsync, CancellationToken.None);
    }

    public StoreState State => Volatile.Read(ref _state);

    /// <summary>Every change up to here is in <see cref="State"/> and in the logs.</summary>
    public long PublishedRevision => Volatile.Read(ref _published);

    public static ObjectStore InMemory(int historyCapacity) => new(null, StoreState.Empty with { Revision = 1 }, 1, historyCapacity);

    /// <summary>Opens a durable store and reads what it holds.</summary>
    /// <exception cref="IOException">The directory is in use or cannot be read.</exception>
    /// <exception cref="InvalidDataException">Acknowledged data was damaged.</exception>
    public static ObjectStore Open(string directory, long compactAtBytes, int historyCapacity, ILogger logger)
    {
        var snapshot = StoreState.Empty;
        var changes = new List<StoreEvent>();
        var state = snapshot;
        var journal = Journal.Open(
            directory,
            compactAtBytes,
            (restored, records) =>
            {
                snapshot = restored;
                state = Replay(restored, records, changes);
            },
            logger);
        if (state.Revision == 0)
        {
            state = state with { Revision = 1 };
        }

        var store = new ObjectStore(journal, state, Math.Max(snapshot.Revision, 1), historyCapacity);
        foreach (var change in changes)
        {
            store.LogOf(change.Object.Key.Collection).Append(change);
        }

        return store;
    }

    /// <summary>Called on the commit loop after each commit, before its writers hear of it. Must be quick and must not throw.</summary>
    public void AddObserver(Action<IReadOnlyList<StoreEvent>> observer) => ImmutableInterlocked.Update(ref _observers, (all, one) => all.Add(one), observer);

    public void RemoveObserver(Action<IReadOnlyList<StoreEvent>> observer) => ImmutableInterlocked.Update(ref _observers, (all, one) => all.Remove(one), observer);

    /// <summary>The recent changes of one collection.</summary>
    public EventLog LogOf(ResourceCollection collection) =>
        _logs.GetOrAdd(collection, static (_, store) => new EventLog(Math.Max(store._historyStart, Volatile.Read(ref store._expiredUpTo)), store._historyCapacity), this);

    public async Task<CommitOutcome> CommitAsync(StoreWrite write)
    {
        // Not cancellable: whether a write that is on its way to the disk counts is not the caller's to say any more.
        var pending = new PendingWrite(write);
        return _pending.Writer.TryWrite(pending)
            ? await pending.Done.Task
            : new CommitOutcome.Refused("the server is stopping", OutOfSpace: false);
    }

    /// <summary>Forgets the history, as compaction does: a watch from an older revision is answered 410.</summary>
    public void ExpireHistory(bool cutOpenWatches)
    {
        var revision = PublishedRevision;
        Volatile.Write(ref _expiredUpTo, revision);
        foreach (var log in _logs.Values)
        {
            log.Expire(revision, cutOpenWatches);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pending.Writer.TryComplete())
        {
            await _loop;
            if (_journal is not null)
            {
                await _journal.CloseAsync();
                _journal.Dispose();
            }
        }
    }

    private static StoreState Replay(StoreState state, IReadOnlyList<JournalRecord> records, List<StoreEvent> changes)
    {
        var batch = new CommitBatch(state);
        foreach (var record in records)
        {
            if (batch.Replay(record) is { } change)
            {
                changes.Add(change);
            }
        }

        return state.With(changes);
    }

    private async Task CommitAllAsync()
    {
        while (await _pending.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new CommitBatch(_state);
            while (batch.Count < CommitBatch.MaxWrites && _pending.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }

            if (await TryPersistAsync(batch))
            {
                Publish(batch);
            }

            batch.Complete();
        }
    }

    private async Task<bool> TryPersistAsync(CommitBatch batch)
    {
        if (_journal is null || batch.Events.Count == 0)
        {
            return true;
        }

        try
        {
            await _journal.AppendAsync(batch.Records, _state, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            batch.Refuse(new CommitOutcome.Refused(e.Message, DiskErrors.IsOutOfSpace(e)));
            return false;
        }
    }

    private void Publish(CommitBatch batch)
    {
        if (batch.Events.Count == 0)
        {
            return;
        }

        var state = _state.With(batch.Events);
        Volatile.Write(ref _state, state);
        foreach (var change in batch.Events)
        {
            LogOf(change.Object.Key.Collection).Append(change);
        }

        // Last, so that a bookmark never promises a revision whose changes are not in the logs yet.
        Volatile.Write(ref _published, state.Revision);
        foreach (var observer in _observers)
        {
            observer(batch.Events);
        }

        _journal?.CompactIfDue(state);
    }
}

/// <summary>Tells a full disk from every other failure.</summary>
internal static class DiskErrors
{
    // ENOSPC and EDQUOT on Linux, EDQUOT on macOS, ERROR_DISK_FULL on Windows.
    private static readonly int[] s_full = [28, 122, 69, unchecked((int)0x80070070)];

    public static bool IsOutOfSpace(Exception exception) => exception is IOException && s_full.Contains(exception.HResult);
}
