using System.Collections.Concurrent;

namespace LlmKube.ApiServer;

/// <summary>What happens to a request instead of, or before, its handling.</summary>
public sealed record RequestFault
{
    /// <summary>Waits before anything else.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answers with this code (429, 500, 503, …) instead of handling the request; zero handles it.</summary>
    public int Code { get; init; }

    /// <summary>Sent with <see cref="Code"/>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Breaks the connection without an answer.</summary>
    public bool Abort { get; init; }

    /// <summary>Handles the request, and then breaks the connection instead of answering: the change counts, its author does not know.</summary>
    public bool LoseAnswer { get; init; }
}

/// <summary>Which requests a fault strikes.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, without the query.</param>
/// <param name="Watch">Whether it opens a watch.</param>
public sealed record FaultedRequest(string Method, string Path, bool Watch);

/// <summary>Trouble on demand, so that clients can be tested against what real servers do on bad days.</summary>
public sealed class Faults
{
    private readonly ConcurrentDictionary<long, Rule> _rules = new();
    private readonly Lock _gate = new();
    private CancellationTokenSource _watches = new();
    private long _next;

    internal event Action<bool>? HistoryExpired;

    /// <summary>A token that ends when open watches are to be cut.</summary>
    internal CancellationToken WatchesCut
    {
        get
        {
            lock (_gate)
            {
                return _watches.Token;
            }
        }
    }

    /// <summary>Strikes every request that <paramref name="matches"/>, at most <paramref name="times"/> times, until disposed.</summary>
    public IDisposable Inject(Func<FaultedRequest, bool> matches, RequestFault fault, int times = int.MaxValue)
    {
        var id = Interlocked.Increment(ref _next);
        _rules[id] = new Rule(matches, fault, times);
        return new Removal(this, id);
    }

    /// <summary>Ends every open watch in the middle, as a lost connection does.</summary>
    public void CutWatches()
    {
        CancellationTokenSource cut;
        lock (_gate)
        {
            cut = _watches;
            _watches = new CancellationTokenSource();
        }

        cut.Cancel();
        cut.Dispose();
    }

    /// <summary>Forgets all history: resuming a watch is answered 410, and open ones get a 410 event if <paramref name="cutOpenWatches"/>.</summary>
    public void ExpireHistory(bool cutOpenWatches = false) => HistoryExpired?.Invoke(cutOpenWatches);

    internal RequestFault? Find(FaultedRequest request)
    {
        foreach (var (id, rule) in _rules.OrderBy(pair => pair.Key))
        {
            if (rule.Matches(request) && rule.TryUse())
            {
                return rule.Fault;
            }

            if (rule.UsedUp)
            {
                _rules.TryRemove(id, out _);
            }
        }

        return null;
    }

    private sealed class Rule(Func<FaultedRequest, bool> matches, RequestFault fault, int times)
    {
        private int _left = times;

        public RequestFault Fault => fault;

        public bool UsedUp => Volatile.Read(ref _left) <= 0;

        public bool Matches(FaultedRequest request) => matches(request);

        public bool TryUse() => times == int.MaxValue || Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class Removal(Faults faults, long id) : IDisposable
    {
        public void Dispose() => faults._rules.TryRemove(id, out _);
    }
}
