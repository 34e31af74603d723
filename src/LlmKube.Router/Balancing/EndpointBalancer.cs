using System.Collections.Immutable;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Balancing;

/// <summary>
/// Chooses among ready endpoints: the one with the fewest requests in progress, in turn where several have as few.
/// An endpoint that refused a connection is left alone for a time and then probed by a single request.
/// What it counts is keyed by address, so it outlives every route table.
/// </summary>
internal sealed class EndpointBalancer(TimeProvider time)
{
    private static readonly TimeSpan s_firstQuarantine = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestQuarantine = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<BackendEndpoint, EndpointState> _states = [];
    private uint _turn;

    /// <summary>
    /// Claims an endpoint that is not in <paramref name="excluded"/>; null when every one is, or is waiting for its probe to end.
    /// Where all are in quarantine the one whose time ends first is probed early: with one replica, waiting would only prolong an outage.
    /// </summary>
    public EndpointLease? TryTake(ImmutableArray<BackendEndpoint> endpoints, IReadOnlyCollection<BackendEndpoint> excluded)
    {
        if (endpoints.IsEmpty)
        {
            return null;
        }

        lock (_lock)
        {
            var best = default(Candidate?);
            var turn = (int)(_turn++ % (uint)endpoints.Length);
            for (var i = 0; i < endpoints.Length; i++)
            {
                var endpoint = endpoints[(turn + i) % endpoints.Length];
                if (!excluded.Contains(endpoint) && Judge(endpoint) is { } candidate && (best is null || candidate.IsBetterThan(best.Value)))
                {
                    best = candidate;
                }
            }

            return best is { } chosen ? Claim(chosen) : null;
        }
    }

    /// <summary>Requests in progress at an endpoint.</summary>
    public int OutstandingAt(BackendEndpoint endpoint)
    {
        lock (_lock)
        {
            return _states.TryGetValue(endpoint, out var state) ? state.Outstanding : 0;
        }
    }

    /// <summary>Forgets endpoints that no route table names any more, so that replicas that come and go leave nothing behind.</summary>
    public void Forget(RouteTable table)
    {
        var named = table.Targets.Select(t => t.State).OfType<TargetState.Ready>().SelectMany(r => r.Endpoints).ToHashSet();
        lock (_lock)
        {
            foreach (var (endpoint, state) in _states.ToArray())
            {
                if (state.Outstanding == 0 && !named.Contains(endpoint))
                {
                    _states.Remove(endpoint);
                }
            }
        }
    }

    public void ReportReached(BackendEndpoint endpoint)
    {
        lock (_lock)
        {
            if (_states.TryGetValue(endpoint, out var state))
            {
                state.Failures = 0;
                state.Probing = false;
            }
        }
    }

    public void ReportUnreachable(BackendEndpoint endpoint)
    {
        lock (_lock)
        {
            var state = StateOf(endpoint);
            state.Failures++;
            state.Probing = false;
            var factor = 1 << Math.Min(state.Failures - 1, 4);
            var wait = s_firstQuarantine * factor;
            wait = wait > s_longestQuarantine ? s_longestQuarantine : wait;
            state.QuarantinedUntil = time.GetTimestamp() + Ticks(wait);
        }
    }

    internal void End(BackendEndpoint endpoint, bool wasProbe)
    {
        lock (_lock)
        {
            var state = StateOf(endpoint);
            state.Outstanding--;

            // A probe whose client left before anything was learned must not block the next one.
            if (wasProbe && state.Failures > 0)
            {
                state.Probing = false;
            }

            if (state.IsIdle)
            {
                _states.Remove(endpoint);
            }
        }
    }

    private Candidate? Judge(BackendEndpoint endpoint)
    {
        if (!_states.TryGetValue(endpoint, out var state))
        {
            return new Candidate(endpoint, 0, IsProbe: false, Remaining: 0);
        }

        if (state.Failures == 0)
        {
            return new Candidate(endpoint, state.Outstanding, IsProbe: false, Remaining: 0);
        }

        return state.Probing
            ? null
            : new Candidate(endpoint, state.Outstanding, IsProbe: true, Math.Max(0, state.QuarantinedUntil - time.GetTimestamp()));
    }

    private EndpointLease Claim(Candidate chosen)
    {
        var state = StateOf(chosen.Endpoint);
        state.Outstanding++;
        state.Probing |= chosen.IsProbe;
        return new EndpointLease(this, chosen.Endpoint, chosen.IsProbe);
    }

    private EndpointState StateOf(BackendEndpoint endpoint)
    {
        if (!_states.TryGetValue(endpoint, out var state))
        {
            _states[endpoint] = state = new EndpointState();
        }

        return state;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>An endpoint that may be taken; <paramref name="Remaining"/> is what is left of its quarantine.</summary>
    private readonly record struct Candidate(BackendEndpoint Endpoint, int Outstanding, bool IsProbe, long Remaining)
    {
        /// <summary>Out of quarantine before in it, then the fewest requests; equal means "not better", which keeps the turn.</summary>
        public bool IsBetterThan(Candidate other) =>
            Remaining != other.Remaining ? Remaining < other.Remaining : Outstanding < other.Outstanding;
    }
}
