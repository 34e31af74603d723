using System.Buffers;
using LlmKube.Models.Backends;
using LlmKube.Models.Store.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace LlmKube.Models.Transfer;

/// <summary>A file that several connections fill, each a range of it, while one reader behind them hashes what is complete.</summary>
internal sealed class RangeFile : IDisposable
{
    private const int HashBufferBytes = 1024 * 1024;
    private const long WritebackBytes = 8 * 1024 * 1024;
    private const long LeastTail = 512 * 1024;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly RangeJournal _journal;
    private readonly SafeFileHandle _handle;
    private readonly List<(long Start, long End)> _gaps = [];
    private readonly Dictionary<long, JournaledRange> _ready = [];
    private readonly HashSet<RangeLease> _leases = [];
    private readonly Pulse _changed = new();
    private bool _closed;

    private RangeFile(RemoteFile remote, string localPath, RangeJournal journal, SafeFileHandle handle) =>
        (Remote, LocalPath, _journal, _handle) = (remote, localPath, journal, handle);

    public RemoteFile Remote { get; }

    public string LocalPath { get; }

    public long SizeBytes => Remote.SizeBytes!.Value;

    /// <summary>Set when the place turned out not to know ranges.</summary>
    public bool Abandoned { get; private set; }

    /// <summary>Called when a range that was thought complete has to be read again.</summary>
    public Action? Returned { get; set; }

    /// <summary>Whether nobody reads it.</summary>
    public bool Idle
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count == 0;
            }
        }
    }

    /// <summary>Opens a file with what an earlier attempt left of it, or makes room for it.</summary>
    public static RangeFile Open(PartialNames names, RemoteFile remote)
    {
        var journal = RangeJournal.Open(names.Journal(remote.Path), JournalHeader.Of(remote));
        try
        {
            var path = names.Data(remote.Path);
            var file = new RangeFile(remote, path, journal, OpenData(path, journal.Ranges.Count > 0, remote.SizeBytes!.Value));
            file.Adopt(journal.Ranges);
            return file;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that an earlier attempt left, as far as its journal tells.</summary>
    public long KeptBytes => _journal.Ranges.Sum(range => range.Length);

    /// <summary>The next range that nobody reads; null where there is none at the moment.</summary>
    public RangeLease? Take(long most, long now)
    {
        lock (_gate)
        {
            if (_gaps.Count == 0)
            {
                return null;
            }

            var (start, end) = _gaps[0];
            var lease = new RangeLease(start, Math.Min(end, start + most), now);
            if (lease.End == end)
            {
                _gaps.RemoveAt(0);
            }
            else
            {
                _gaps[0] = (lease.End, end);
            }

            _leases.Add(lease);
            return lease;
        }
    }

    /// <summary>Half of the range that would take longest; null where none is slow.</summary>
    public RangeLease? TakeFromSlowest(TimeProvider time)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var slowest = _leases.Where(lease => lease.TimeLeft(now, time) > s_slow).MaxBy(lease => lease.TimeLeft(now, time));
            if (slowest?.TakeTail(LeastTail) is not { } tail)
            {
                return null;
            }

            var lease = new RangeLease(tail.Start, tail.End, now);
            _leases.Add(lease);
            return lease;
        }
    }

    /// <summary>Writes, one connection at a time: the system lets no two write to one file at once, and spins where they try.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await RandomAccess.WriteAsync(_handle, bytes, offset, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Takes a range back from its reader: what was written is noted, the rest is to be read by another.</summary>
    public void Return(RangeLease lease)
    {
        lock (_gate)
        {
            _leases.Remove(lease);
            if (!Abandoned)
            {
                AddGap(lease.Position, lease.End);
                Note(lease.TakeWritten());
            }
        }

        _changed.Raise();
    }

    /// <summary>Notes what a reader wrote so far: so much is not lost when this process is killed.</summary>
    public void Note(RangeLease lease)
    {
        lock (_gate)
        {
            if (!Abandoned)
            {
                Note(lease.TakeWritten());
            }
        }

        _changed.Raise();
        Writeback.Start(_handle, Math.Max(0, lease.Noted - WritebackBytes), WritebackBytes);
    }

    /// <summary>Gives up reading this file in ranges.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            // Several connections find it out, and the file is closed as soon as the last of them has returned its range.
            if (Abandoned || _closed)
            {
                return;
            }

            Abandoned = true;
            _gaps.Clear();
            _journal.StartAnew();
        }

        _changed.Raise();
    }

    /// <summary>Forgets all that was written, for bytes that are not what they should be or have changed at their place.</summary>
    public void StartAnew()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _journal.StartAnew();
            _ready.Clear();
            _gaps.Clear();
            AddGap(0, SizeBytes);
        }
    }

    /// <summary>
    /// Hashes the file from its beginning, each range as soon as it is complete. A range of an earlier attempt is first held against its
    /// CRC; one that the disk did not keep is read again. Null where the file was abandoned.
    /// </summary>
    public async Task<ContentHashes?> HashAsync(Action<long> lost, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher(Remote.Digest, SizeBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(HashBufferBytes);
        try
        {
            for (var position = 0L; position < SizeBytes;)
            {
                var next = _changed.Next;
                if (Abandoned)
                {
                    return null;
                }

                if (!TryTakeReady(position, out var range))
                {
                    await next.WaitAsync(cancellationToken);
                }
                else if (range.Kept && !await IsIntactAsync(range, buffer, cancellationToken))
                {
                    lost(range.Length);
                    PutBack(range);
                }
                else
                {
                    await ForEachAsync(range, buffer, hasher.Add, cancellationToken);
                    position = range.End;
                }
            }

            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Returns once the bytes are on the disk.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => Task.Run(() => RandomAccess.FlushToDisk(_handle), cancellationToken);

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _handle.Dispose();
        _journal.Dispose();
        _writing.Dispose();
    }

    private static SafeFileHandle OpenData(string path, bool goOn, long size)
    {
        if (goOn && File.Exists(path))
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        }

        File.Delete(path);
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous, preallocationSize: size);
    }

    private void Adopt(IReadOnlyList<JournaledRange> ranges)
    {
        var position = 0L;
        foreach (var range in ranges)
        {
            AddGap(position, range.Offset);
            _ready[range.Offset] = range;
            position = range.End;
        }

        AddGap(position, SizeBytes);
    }

    private void Note(JournaledRange range)
    {
        if (range.Length > 0)
        {
            _journal.Append(range);
            _ready[range.Offset] = range;
        }
    }

    private void AddGap(long start, long end)
    {
        if (start < end)
        {
            var at = _gaps.FindIndex(gap => gap.Start > start);
            _gaps.Insert(at < 0 ? _gaps.Count : at, (start, end));
        }
    }

    private bool TryTakeReady(long position, out JournaledRange range)
    {
        lock (_gate)
        {
            return _ready.Remove(position, out range);
        }
    }

    private void PutBack(JournaledRange range)
    {
        lock (_gate)
        {
            AddGap(range.Offset, range.End);
        }

        Returned?.Invoke();
    }

    private async Task<bool> IsIntactAsync(JournaledRange range, byte[] buffer, CancellationToken cancellationToken)
    {
        if (RandomAccess.GetLength(_handle) < range.End)
        {
            return false;
        }

        var crc = Crc32C.Start;
        await ForEachAsync(range, buffer, bytes => crc = Crc32C.Add(crc, bytes), cancellationToken);
        return Crc32C.Finish(crc) == range.Crc;
    }

    private async Task ForEachAsync(JournaledRange range, byte[] buffer, BytesAction action, CancellationToken cancellationToken)
    {
        for (var position = range.Offset; position < range.End;)
        {
            var wanted = (int)Math.Min(buffer.Length, range.End - position);
            var read = await RandomAccess.ReadAsync(_handle, buffer.AsMemory(0, wanted), position, cancellationToken);
            if (read == 0)
            {
                throw new IOException($"{LocalPath} became shorter while it was read.");
            }

            action(buffer.AsSpan(0, read));
            position += read;
        }
    }

    private delegate void BytesAction(ReadOnlySpan<byte> bytes);
}
