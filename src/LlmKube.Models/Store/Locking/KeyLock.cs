namespace LlmKube.Models.Store.Locking;

/// <summary>
/// The one writer of a key, over processes, pods and nodes. It does not rest on flock, which some network file systems only pretend to
/// do: the holder counts up in its file, and whoever waits sees by his own clock whether the count still moves. A holder on the same
/// machine is known to be dead at once. Should two ever hold it, because one of them was stopped for long, nothing is corrupted: what is
/// published is verified and placed in one step, and the one that lost it hears of that through <see cref="Lost"/>.
/// </summary>
public sealed class KeyLock : IAsyncDisposable
{
    private readonly LockFile _file;
    private readonly FileStream _stream;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _beating;
    private LockRecord _record;

    private KeyLock(LockFile file, FileStream stream, LockRecord record, TimeProvider time)
    {
        _file = file;
        _stream = stream;
        _record = record;
        _time = time;
        _beating = BeatAsync();
    }

    /// <summary>How often a holder shows that it lives.</summary>
    public static TimeSpan BeatEvery { get; } = TimeSpan.FromSeconds(3);

    /// <summary>A holder on another machine that shows nothing for so long is taken for dead.</summary>
    public static TimeSpan DeadAfter { get; } = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>After a take-over: long enough for another taker, who looked at the same moment, to have written too.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(300);

    /// <summary>Cancelled when somebody else took the lock, because this process was stopped for long.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lock, and waits for it as long as its holder lives; <paramref name="waiting"/> hears once that there is a wait.</summary>
    public static async Task<KeyLock> AcquireAsync(ModelStoreLayout layout, string cacheKey, TimeProvider time, Action? waiting, CancellationToken cancellationToken)
    {
        var file = new LockFile(layout.LockFile(cacheKey));
        var seen = "";
        var seenAt = time.GetTimestamp();
        while (true)
        {
            var record = new LockRecord(Guid.NewGuid().ToString("N"), ProcessIdentity.Current(), 0);
            var text = file.Read();
            if (text is null && file.TryCreate(record) is { } created)
            {
                return new KeyLock(file, created, record, time);
            }

            if (text is not null)
            {
                if (text != seen)
                {
                    (seen, seenAt) = (text, time.GetTimestamp());
                }

                if (LockRecord.Parse(text)?.Holder.IsKnownDead() == true || time.GetElapsedTime(seenAt) >= DeadAfter)
                {
                    if (await TakeOverAsync(file, record, text, time, cancellationToken) is { } taken)
                    {
                        return new KeyLock(file, taken, record, time);
                    }

                    continue;
                }

                waiting?.Invoke();
                waiting = null;
            }

            await Task.Delay(s_lookEvery, time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _beating;
        if (StillHeld())
        {
            _file.Delete();
        }

        await _stream.DisposeAsync();
        _released.Dispose();
        _lost.Dispose();
    }

    private static async Task<FileStream?> TakeOverAsync(LockFile file, LockRecord record, string dead, TimeProvider time, CancellationToken cancellationToken)
    {
        if (file.Read() != dead || file.Replace(record) is not { } stream)
        {
            return null;
        }

        await Task.Delay(s_settle, time, cancellationToken);
        if (LockRecord.Parse(file.Read() ?? "")?.Nonce == record.Nonce)
        {
            return stream;
        }

        await stream.DisposeAsync();
        return null;
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(BeatEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_released.Token))
            {
                if (!StillHeld())
                {
                    await _lost.CancelAsync();
                    return;
                }

                _record = _record with { Beat = _record.Beat + 1 };
                _stream.Position = 0;

                // To the handle, not to the name: after a take-over the name is somebody else's file.
                await _stream.WriteAsync(_record.ToBytes(), _released.Token);
                await _stream.FlushAsync(_released.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Released.
        }
        catch (IOException)
        {
            // The store is out of reach: whoever still reaches it may take over.
            await _lost.CancelAsync();
        }
    }

    private bool StillHeld()
    {
        try
        {
            return LockRecord.Parse(_file.Read() ?? "")?.Nonce == _record.Nonce;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
