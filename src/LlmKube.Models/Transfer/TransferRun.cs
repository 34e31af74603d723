using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>One transfer while it goes on: its connections, the files they fill, and what stopped it.</summary>
internal sealed class TransferRun : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(250);

    private readonly IModelSession _session;
    private readonly PartialNames _names;
    private readonly FinishedLog _log;
    private readonly TransferOptions _options;
    private readonly TimeProvider _time;
    private readonly ProgressMeter _meter;
    private readonly ConnectionCount _connections;
    private readonly StallWatch _stalls;
    private readonly Connection _connection;
    private readonly ConcurrentDictionary<string, FetchedFile> _fetched = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _flushed = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Task> _finishing = [];
    private readonly SemaphoreSlim _taking = new(1);
    private readonly List<RangeFile> _open = [];
    private readonly ConcurrentQueue<RemoteFile> _again = new();
    private readonly IEnumerator<RemoteFile> _rest;
    private readonly Pulse _changed = new();
    private readonly CancellationTokenSource _stop;
    private int _wholes;
    private bool _allTaken;
    private ModelFailure? _failure;
    private ExceptionDispatchInfo? _broken;

    public TransferRun(IModelSession session, PartialNames names, TransferOptions options, TimeProvider time, ProgressMeter meter, CancellationToken cancellationToken)
    {
        (_session, _names, _options, _time, _meter) = (session, names, options, time, meter);
        _log = FinishedLog.Open(names.Finished);
        _connections = new ConnectionCount(options.MaxConnections);
        _stalls = new StallWatch(options.StallTimeout, time);
        _connection = new Connection(session, options, time, meter, _connections, _stalls);
        _rest = session.Files.GetEnumerator();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Reads all files; null when they are all here. Throws where the local disk fails.</summary>
    public async Task<ModelFailure?> RunAsync(CancellationToken cancellationToken)
    {
        using var around = new CancellationTokenSource();
        var watching = Task.WhenAll(_stalls.RunAsync(around.Token), _meter.RunAsync(Measured, around.Token));
        await Task.WhenAll(Enumerable.Range(0, _options.MaxConnections).Select(index => GuardAsync(() => WorkAsync(index, _stop.Token))));
        while (_finishing.TryTake(out var finishing))
        {
            await finishing;
        }

        await around.CancelAsync();
        await watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _open.ForEach(file => file.Dispose());
        cancellationToken.ThrowIfCancellationRequested();
        _broken?.Throw();
        return _failure;
    }

    /// <summary>The files, in the session's order.</summary>
    public IReadOnlyList<FetchedFile> Fetched => [.. _session.Files.Select(file => _fetched[file.Path])];

    /// <summary>The files that are complete, and that a power cut may still take away.</summary>
    public IReadOnlyList<string> NotFlushed => [.. _fetched.Values.Select(file => file.LocalPath).Where(path => !_flushed.ContainsKey(path))];

    public void Dispose()
    {
        _log.Dispose();
        _rest.Dispose();
        _stop.Dispose();
        _taking.Dispose();
    }

    private void Measured(double bytesPerSecond)
    {
        if (_connections.Measured(bytesPerSecond))
        {
            _changed.Raise();
        }
    }

    private async Task WorkAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _changed.Next;
            if (IsDone())
            {
                return;
            }

            if (index < _connections.Target && await TakeAsync(cancellationToken) is { } job)
            {
                await job(cancellationToken);
                _changed.Raise();
                continue;
            }

            await Task.WhenAny(changed, Task.Delay(s_idle, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool IsDone()
    {
        lock (_open)
        {
            return _allTaken && _open.Count == 0 && _again.IsEmpty && Volatile.Read(ref _wholes) == 0;
        }
    }

    /// <summary>The next thing to do: a range of a file that was begun, the next file, or a part of what another connection is slow at.</summary>
    private async Task<Func<CancellationToken, Task>?> TakeAsync(CancellationToken cancellationToken)
    {
        await _taking.WaitAsync(cancellationToken);
        try
        {
            if (TakeRange(file => file.Take(_options.PartSizeBytes, _time.GetTimestamp())) is { } range)
            {
                return range;
            }

            if (_again.TryDequeue(out var again))
            {
                return Whole(again);
            }

            while (!_allTaken && _open.Count < _options.MaxConnections)
            {
                if (await TakeFileAsync(cancellationToken) is { } job)
                {
                    return job;
                }
            }

            return TakeRange(file => file.TakeFromSlowest(_time));
        }
        finally
        {
            _taking.Release();
        }
    }

    private Func<CancellationToken, Task>? TakeRange(Func<RangeFile, RangeLease?> take)
    {
        lock (_open)
        {
            foreach (var file in _open)
            {
                if (take(file) is { } lease)
                {
                    return token => ReadRangeAsync(file, lease, token);
                }
            }

            return null;
        }
    }

    /// <summary>Begins the next file. Null where that gives nothing to read: there is none, or an earlier attempt read all of it.</summary>
    private async Task<Func<CancellationToken, Task>?> TakeFileAsync(CancellationToken cancellationToken)
    {
        if (!_rest.MoveNext())
        {
            _allTaken = true;
            _changed.Raise();
            return null;
        }

        var remote = _rest.Current;
        if (!remote.AcceptsRanges || !(remote.SizeBytes > _options.PartSizeBytes))
        {
            return Whole(remote);
        }

        var file = await Task.Run(() => RangeFile.Open(_names, remote), cancellationToken);
        _meter.Keep(file.KeptBytes);
        file.Returned = _changed.Raise;
        lock (_open)
        {
            _open.Add(file);
        }

        _finishing.Add(GuardAsync(() => FinishAsync(file, _stop.Token)));
        return file.Take(_options.PartSizeBytes, _time.GetTimestamp()) is { } lease ? token => ReadRangeAsync(file, lease, token) : null;
    }

    private Func<CancellationToken, Task> Whole(RemoteFile file)
    {
        Interlocked.Increment(ref _wholes);
        return token => ReadWholeAsync(file, token);
    }

    private async Task ReadRangeAsync(RangeFile file, RangeLease lease, CancellationToken cancellationToken)
    {
        ModelFailure? failure;
        try
        {
            failure = await _connection.ReadAsync(file.Remote, new RangeDestination(file, lease), cancellationToken);
        }
        finally
        {
            file.Return(lease);
        }

        switch (failure)
        {
            case null:
                break;
            case RangesRefused:
                file.Abandon();
                break;
            default:
                if (failure.Kind == FailureKind.Changed)
                {
                    file.StartAnew();
                }

                Stop(failure);
                break;
        }
    }

    /// <summary>Hashes a file behind its connections, and has it read once more where the bytes are not those that were announced.</summary>
    private async Task FinishAsync(RangeFile file, CancellationToken cancellationToken)
    {
        for (var attempt = 0; await file.HashAsync(_meter.Lose, cancellationToken) is { } hashes; attempt++)
        {
            if (hashes.Match(file.Remote.Digest))
            {
                await file.FlushAsync(cancellationToken);
                _flushed.TryAdd(file.LocalPath, true);
                Done(new FetchedFile(file.Remote.Path, file.LocalPath, file.SizeBytes, hashes.Sha256, file.Remote.Validator));
                Close(file);
                return;
            }

            _meter.Lose(file.SizeBytes);
            file.StartAnew();
            if (attempt > 0)
            {
                Stop(WrongBytes(file.Remote, hashes));
                return;
            }

            _changed.Raise();
        }

        while (!file.Idle)
        {
            var changed = _changed.Next;
            if (!file.Idle)
            {
                await changed.WaitAsync(cancellationToken);
            }
        }

        _again.Enqueue(file.Remote with { AcceptsRanges = false });
        Close(file);
    }

    private void Close(RangeFile file)
    {
        lock (_open)
        {
            _open.Remove(file);
        }

        file.Dispose();
        _changed.Raise();
    }

    private async Task ReadWholeAsync(RemoteFile remote, CancellationToken cancellationToken)
    {
        var path = _names.Data(remote.Path);
        if (await FindFinishedAsync(remote, path, cancellationToken) is { } kept)
        {
            _meter.Keep(kept.SizeBytes);
            Done(kept);
        }
        else if (await ReadWholeOnceAsync(remote, path, lastTime: false, cancellationToken) is { } failure)
        {
            Stop(failure);
        }

        Interlocked.Decrement(ref _wholes);
    }

    private async Task<ModelFailure?> ReadWholeOnceAsync(RemoteFile remote, string path, bool lastTime, CancellationToken cancellationToken)
    {
        using (var file = new WholeFile(path, remote, _meter))
        {
            if (remote.SizeBytes != 0 && await _connection.ReadAsync(remote, file, cancellationToken) is { } failure)
            {
                return failure;
            }

            var hashes = await file.FinishAsync(cancellationToken);
            if (hashes.Match(remote.Digest))
            {
                _log.Add(new FinishedFile(JournalHeader.Of(remote), file.Position, hashes.Sha256));
                Done(new FetchedFile(remote.Path, path, file.Position, hashes.Sha256, remote.Validator));
                return null;
            }

            _meter.Lose(file.Position);
            if (lastTime)
            {
                return WrongBytes(remote, hashes);
            }
        }

        return await ReadWholeOnceAsync(remote, path, lastTime: true, cancellationToken);
    }

    private async Task<FetchedFile?> FindFinishedAsync(RemoteFile remote, string path, CancellationToken cancellationToken)
    {
        if (_log.Find(JournalHeader.Of(remote)) is not { } known || !File.Exists(path) || new FileInfo(path).Length != known.Size)
        {
            return null;
        }

        var hashes = await FileHash.ReadAsync(path, remote.Digest, cancellationToken);
        return hashes.Sha256 == known.Sha256 && hashes.Match(remote.Digest)
            ? new FetchedFile(remote.Path, path, known.Size, known.Sha256, remote.Validator)
            : null;
    }

    private static ModelFailure WrongBytes(RemoteFile file, ContentHashes hashes) => new(
        FailureKind.Corrupt,
        $"{file.Path} was read twice and hashes to {(file.Digest!.Algorithm == DigestAlgorithm.Sha256 ? hashes.Sha256 : hashes.GitBlobSha1)}, not to {file.Digest} as its place says. Nothing of it is kept. Ask who runs the place to look at the file.");

    private void Done(FetchedFile file)
    {
        _fetched[file.Path] = file;
        _meter.FileDone();
    }

    private void Stop(ModelFailure failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _stop.Cancel();
    }

    /// <summary>Runs a part of the transfer; what breaks it ends all parts.</summary>
    private async Task GuardAsync(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What stopped it is known elsewhere.
        }
#pragma warning disable CA1031 // It is thrown again as soon as all parts have stopped.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _broken, ExceptionDispatchInfo.Capture(e), null);
            await _stop.CancelAsync();
        }
    }
}
