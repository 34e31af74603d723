using System.Collections.Concurrent;
using System.Threading.Channels;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Router.Routing;

/// <summary>Requests that a service that is tried was asked, and those of them that failed.</summary>
internal readonly record struct CanaryCount(ObjectKey Service, long Requests, long Errors);

/// <summary>Directs a part of the requests to services that are tried, and counts what becomes of them.</summary>
internal sealed class CanaryTraffic
{
    private readonly ConcurrentDictionary<ObjectKey, Tally> _tallies = new();

    // Any number of requests since the last report are one reason for the next.
    private readonly Channel<bool> _counted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Whether the next request is the canary's. Of each hundred in a row it takes as many as its weight, evenly spread.</summary>
    public bool Takes(Canary canary)
    {
        var offered = Interlocked.Increment(ref TallyOf(canary).Offered);
        return offered * canary.Weight / 100 > (offered - 1) * canary.Weight / 100;
    }

    /// <summary>Counts a request to the canary.</summary>
    /// <param name="canary">Who was asked.</param>
    /// <param name="failed">Whether it failed; null for a request whose client went away, which says nothing.</param>
    public void Count(Canary canary, bool? failed)
    {
        if (failed is null)
        {
            return;
        }

        var tally = TallyOf(canary);
        Interlocked.Increment(ref tally.Requests);
        Interlocked.Add(ref tally.Errors, failed.Value ? 1 : 0);
        _counted.Writer.TryWrite(true);
    }

    /// <summary>Returns when something was counted since the last time.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _counted.Reader.ReadAsync(cancellationToken);

    /// <summary>What was counted so far.</summary>
    public IReadOnlyList<CanaryCount> Counts() => [.. _tallies.Select(tally => new CanaryCount(tally.Key, Interlocked.Read(ref tally.Value.Requests), Interlocked.Read(ref tally.Value.Errors)))];

    /// <summary>Forgets every service that is gone.</summary>
    public void Forget(RouteTable table)
    {
        foreach (var old in _tallies.Keys.Where(old => !table.Tried.Contains(old)))
        {
            _tallies.TryRemove(old, out _);
        }
    }

    private Tally TallyOf(Canary canary) => _tallies.GetOrAdd(canary.Target.Model, _ => new Tally());

    private sealed class Tally
    {
        public long Offered;
        public long Requests;
        public long Errors;
    }
}
