namespace LlmKube.Kubernetes.Events;

/// <summary>Remembers which events exist, and how many more each object may have. One writer uses it.</summary>
internal sealed class EventLedger(EventRecorderOptions options, TimeProvider time)
{
    // Enough for every object of a busy cluster; the oldest is forgotten, and then at worst counted anew.
    private const int Remembered = 4096;

    private readonly RecentlyUsed<RecordedEvent, WrittenEvent> _written = new(Remembered);
    private readonly RecentlyUsed<(string, Objects.ObjectKey, string), Allowance> _allowances = new(Remembered);

    internal WrittenEvent? Find(RecordedEvent recorded) => _written.Find(recorded);

    internal void Wrote(RecordedEvent recorded, WrittenEvent written) => _written.Set(recorded, written);

    internal void Forget(RecordedEvent recorded) => _written.Remove(recorded);

    /// <summary>Takes one from the object's allowance; false when it is used up.</summary>
    internal bool MayWrite(RecordedEvent recorded)
    {
        var now = time.GetTimestamp();
        var allowance = _allowances.Find(recorded.Subject);
        var left = allowance is null
            ? options.Burst
            : Math.Min(options.Burst, allowance.Left + (time.GetElapsedTime(allowance.At, now) / options.Refill));
        var may = left >= 1;
        _allowances.Set(recorded.Subject, new Allowance(may ? left - 1 : left, now));
        return may;
    }

    private sealed record Allowance(double Left, long At);
}

/// <summary>An event as it is on the server.</summary>
internal sealed record WrittenEvent(string Name, int Count, DateTimeOffset First);

/// <summary>A bounded table that forgets what was not used for longest.</summary>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    internal TValue? Find(TKey key)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            return null;
        }

        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value.Value;
    }

    internal void Set(TKey key, TValue value)
    {
        Remove(key);
        _nodes.Add(key, _order.AddFirst((key, value)));
        if (_nodes.Count > capacity && _order.Last is { } oldest)
        {
            Remove(oldest.Value.Key);
        }
    }

    internal void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node))
        {
            _order.Remove(node);
        }
    }
}
