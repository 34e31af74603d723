namespace LlmKube.ApiServer.Storage;

/// <summary>
/// The recent changes of one collection, as a linked list that watches walk at their own pace: appending never waits
/// for a reader, and what no reader holds any more is collected.
/// </summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly int _capacity;
    private Node _oldest;
    private Node _newest;
    private int _count;
    private int _epoch;

    /// <summary>An empty log.</summary>
    /// <param name="revision">Changes up to here are not in the log.</param>
    /// <param name="capacity">Changes that are kept for watches that resume.</param>
    public EventLog(long revision, int capacity)
    {
        _capacity = capacity;
        _oldest = new Node(revision, null);
        _newest = _oldest;
    }

    public void Append(StoreEvent change)
    {
        var node = new Node(change.Revision, change);
        lock (_gate)
        {
            _newest.Link(node);
            _newest = node;
            if (++_count > _capacity)
            {
                _count--;
                _oldest = _oldest.Following!;
            }
        }
    }

    /// <summary>Forgets every change up to <paramref name="revision"/>; watches that are open end with 410 if <paramref name="cutOpen"/>.</summary>
    public void Expire(long revision, bool cutOpen)
    {
        var fence = new Node(revision, null);
        lock (_gate)
        {
            if (cutOpen)
            {
                _epoch++;
            }

            _newest.Link(fence);
            _newest = fence;
            _oldest = fence;
            _count = 0;
        }
    }

    /// <summary>A reader of the changes after <paramref name="revision"/>, or null when they are no longer all there.</summary>
    public Cursor? Read(long revision)
    {
        lock (_gate)
        {
            if (revision < _oldest.Revision)
            {
                return null;
            }

            var node = _oldest;
            while (node.Following is { } next && next.Revision <= revision)
            {
                node = next;
            }

            return new Cursor(this, node, revision, _epoch);
        }
    }

    /// <summary>A place in the log.</summary>
    internal sealed class Cursor(EventLog log, Node node, long after, int epoch)
    {
        private Node _node = node;

        /// <summary>The history was expired under this reader.</summary>
        public bool Expired => Volatile.Read(ref log._epoch) != epoch;

        /// <summary>The next change that is already there, or null.</summary>
        public StoreEvent? TryRead()
        {
            while (_node.Following is { } next)
            {
                _node = next;
                if (next.Change is { } change && change.Revision > after)
                {
                    return change;
                }
            }

            return null;
        }

        /// <summary>Ends when something follows.</summary>
        /// <exception cref="TimeoutException">Nothing did.</exception>
        public Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken) => _node.Next.WaitAsync(atMost, time, cancellationToken);
    }

    /// <summary>A change, or a mark without one where the history begins.</summary>
    internal sealed class Node(long revision, StoreEvent? change)
    {
        private readonly TaskCompletionSource<Node> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Revision { get; } = revision;

        public StoreEvent? Change { get; } = change;

        public Task<Node> Next => _next.Task;

        public Node? Following { get; private set; }

        public void Link(Node next)
        {
            Following = next;
            _next.SetResult(next);
        }
    }
}
