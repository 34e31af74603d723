using System.Threading.Channels;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Collection;

/// <summary>Keys that wait to be looked at; a key waits at most once.</summary>
internal sealed class WorkSet
{
    private readonly Channel<StoreKey> _keys = Channel.CreateUnbounded<StoreKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<StoreKey> _waiting = [];
    private readonly Lock _gate = new();

    public void Add(StoreKey key)
    {
        lock (_gate)
        {
            if (!_waiting.Add(key))
            {
                return;
            }
        }

        _keys.Writer.TryWrite(key);
    }

    public async ValueTask<StoreKey> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await _keys.Reader.ReadAsync(cancellationToken);
        lock (_gate)
        {
            _waiting.Remove(key);
        }

        return key;
    }
}
