using System.Collections.Concurrent;

namespace LlmKube.Models.Transfer;

/// <summary>Ends connections that bring nothing for too long. Looking after them costs a connection one write per read.</summary>
internal sealed class StallWatch(TimeSpan timeout, TimeProvider time)
{
    private readonly ConcurrentDictionary<Watched, byte> _connections = new();

    public Watched Watch(CancellationToken cancellationToken)
    {
        var watched = new Watched(this, time.GetTimestamp(), cancellationToken);
        _connections.TryAdd(watched, 0);
        return watched;
    }

    /// <summary>Looks at all connections, again and again, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Max(timeout.Ticks / 4, TimeSpan.TicksPerMillisecond)), time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var connection in _connections.Keys.Where(connection => time.GetElapsedTime(connection.LastBeat) >= timeout))
            {
                await connection.EndAsync();
            }
        }
    }

    /// <summary>One connection that is looked after.</summary>
    public sealed class Watched : IDisposable
    {
        private readonly StallWatch _watch;
        private readonly CancellationTokenSource _source;
        private long _lastBeat;

        internal Watched(StallWatch watch, long now, CancellationToken cancellationToken)
        {
            _watch = watch;
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Token = _source.Token;
            _lastBeat = now;
        }

        /// <summary>Cancelled when the transfer is, or when the connection stalls.</summary>
        public CancellationToken Token { get; }

        public bool Stalled { get; private set; }

        internal long LastBeat => Volatile.Read(ref _lastBeat);

        /// <summary>Says that something came.</summary>
        public void Beat() => Volatile.Write(ref _lastBeat, _watch.Now());

        public void Dispose()
        {
            _watch._connections.TryRemove(this, out _);
            _source.Dispose();
        }

        internal async Task EndAsync()
        {
            Stalled = true;
            try
            {
                await _source.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself in the meantime.
            }
        }
    }

    private long Now() => time.GetTimestamp();
}
