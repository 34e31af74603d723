namespace LlmKube.ApiServer.Storage;

/// <summary>A write that waits for its commit.</summary>
internal sealed class PendingWrite(StoreWrite write)
{
    public StoreWrite Write { get; } = write;

    public TaskCompletionSource<CommitOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The writes of one commit, checked against the state and against each other.</summary>
internal sealed class CommitBatch(StoreState state)
{
    /// <summary>Bounds the frame, and how long the first writer waits for the last.</summary>
    public const int MaxWrites = 512;

    private readonly Dictionary<StoreKey, StoredObject?> _changed = [];
    private readonly List<(PendingWrite Write, CommitOutcome Outcome)> _outcomes = [];
    private readonly List<StoreEvent> _events = [];
    private readonly List<JournalRecord> _records = [];
    private long _revision = state.Revision;

    public int Count => _outcomes.Count;

    public IReadOnlyList<StoreEvent> Events => _events;

    public IReadOnlyCollection<JournalRecord> Records => _records;

    public void Add(PendingWrite pending)
    {
        try
        {
            _outcomes.Add((pending, Decide(pending.Write)));
        }
        catch (InvalidOperationException e)
        {
            // A tree that the caller still changes, or one that cannot be written, must not stop the loop for everyone else.
            pending.Done.SetException(e);
        }
    }

    /// <summary>Repeats a change from the journal; null when it removes what is not there.</summary>
    public StoreEvent? Replay(JournalRecord record)
    {
        var current = Find(record.Key);
        var change = record.Json is { } json
            ? new StoreEvent(current is null ? StoreEventKind.Added : StoreEventKind.Modified, StoredObject.Thaw(record.Key, record.Revision, json), current)
            : current is null ? null : Removal(current, record.Revision);
        if (change is not null)
        {
            _changed[record.Key] = change.Kind == StoreEventKind.Deleted ? null : change.Object;
        }

        return change;
    }

    public void Refuse(CommitOutcome outcome)
    {
        _events.Clear();
        _records.Clear();
        for (var i = 0; i < _outcomes.Count; i++)
        {
            _outcomes[i] = (_outcomes[i].Write, outcome);
        }
    }

    public void Complete()
    {
        foreach (var (pending, outcome) in _outcomes)
        {
            pending.Done.SetResult(outcome);
        }
    }

    private CommitOutcome Decide(StoreWrite write)
    {
        var current = Find(write.Key);
        if ((current?.Revision ?? 0) != write.ExpectedRevision || (current is null && write.Object is null))
        {
            return new CommitOutcome.Outdated(current);
        }

        foreach (var required in write.Requires)
        {
            if (Find(required) is not { Deleting: false })
            {
                return new CommitOutcome.Unmet(required, Find(required));
            }
        }

        var revision = _revision + 1;
        var change = write.Object is { } changed
            ? new StoreEvent(current is null ? StoreEventKind.Added : StoreEventKind.Modified, StoredObject.Freeze(write.Key, revision, changed), current)
            : Removal(current!, revision);
        _revision = revision;
        _changed[write.Key] = write.Object is null ? null : change.Object;
        _events.Add(change);
        _records.Add(new JournalRecord(write.Key, revision, write.Object is null ? null : change.Object.Json));
        return new CommitOutcome.Committed(change.Object);
    }

    private static StoreEvent Removal(StoredObject current, long revision) =>
        new(StoreEventKind.Deleted, StoredObject.Freeze(current.Key, revision, current.Parse()), current);

    private StoredObject? Find(StoreKey key) => _changed.TryGetValue(key, out var changed) ? changed : state.Find(key);
}
