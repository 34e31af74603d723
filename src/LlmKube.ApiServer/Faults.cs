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
    private readonly ConcurrentDictionary<long, Action> _watches = new();
    private long _next;

    /// <summary>What the running server does when its history is to expire.</summary>
    internal Action<bool>? HistoryExpired { get; set; }

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
        foreach (var cut in _watches.Values)
        {
            cut();
        }
    }

    /// <summary>Forgets all history: resuming a watch is answered 410, and open ones get a 410 event if <paramref name="cutOpenWatches"/>.</summary>
    public void ExpireHistory(bool cutOpenWatches = false) => HistoryExpired?.Invoke(cutOpenWatches);

    /// <summary>Registers an open watch by how it is cut, until disposed.</summary>
    internal IDisposable AddWatch(Action cut)
    {
        var id = Interlocked.Increment(ref _next);
        _watches[id] = cut;
        return new Removal(this, id);
    }

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

        public bool TryUse() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class Removal(Faults faults, long id) : IDisposable
    {
        public void Dispose()
        {
            faults._rules.TryRemove(id, out _);
            faults._watches.TryRemove(id, out _);
        }
    }
}
