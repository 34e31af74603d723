using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Storage;

/// <summary>
/// The durable side of the store: a snapshot and the journals behind it, in one directory that one process owns.
/// Only the commit loop calls it.
/// </summary>
internal sealed partial class Journal : IDisposable
{
    private readonly string _directory;
    private readonly long _compactAtBytes;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private JournalFile _file;
    private Task _compaction = Task.CompletedTask;
    private long _snapshotBytes;

    private Journal(string directory, long compactAtBytes, ILogger logger, FileStream @lock, JournalFile file)
    {
        _directory = directory;
        _compactAtBytes = compactAtBytes;
        _logger = logger;
        _lock = @lock;
        _file = file;
    }

    /// <summary>Opens the directory and reads what it holds.</summary>
    /// <param name="directory">Created with access for its owner only, if it is not there.</param>
    /// <param name="compactAtBytes">A journal of this size is replaced by a snapshot.</param>
    /// <param name="restore">Takes the snapshot's state, and then the changes that came after it, in order.</param>
    /// <param name="logger">Hears of torn ends and of compaction.</param>
    public static Journal Open(string directory, long compactAtBytes, Action<StoreState, IReadOnlyList<JournalRecord>> restore, ILogger logger)
    {
        PrivateFiles.CreateDirectory(directory);
        var held = TakeLock(directory);
        try
        {
            var state = Directory.GetFiles(directory, "snapshot-*").Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)).Max(StringComparer.Ordinal) is { } newest
                ? Snapshot.Read(newest)
                : StoreState.Empty;
            var records = new List<JournalRecord>();
            JournalFile? last = null;
            foreach (var path in JournalPaths(directory))
            {
                last?.Dispose();
                last = null;
                var content = JournalReader.Read(path);
                if (content.TornBytes > 0)
                {
                    LogTorn(logger, path, content.TornBytes);
                }

                if (content.GoodLength == 0)
                {
                    File.Delete(path);
                    continue;
                }

                records.AddRange(content.Records.Where(record => record.Revision > state.Revision));
                last = JournalFile.Continue(path, content.GoodLength);
            }

            restore(state, records);
            var revision = records.Count > 0 ? records[^1].Revision : state.Revision;
            return new Journal(directory, compactAtBytes, logger, held, last ?? JournalFile.Create(NextPath(directory, revision)));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes one commit durable.</summary>
    /// <exception cref="IOException">The disk refused; nothing of <paramref name="records"/> will be there after a restart.</exception>
    public async Task AppendAsync(IReadOnlyCollection<JournalRecord> records, StoreState before, CancellationToken cancellationToken)
    {
        if (_file.Damaged)
        {
            await _compaction;
            BeginAgain(before);
        }

        await _file.AppendAsync(JournalFormat.Frame(records), cancellationToken);
    }

    /// <summary>Starts a compaction in the background when the journal has grown long enough to be worth it.</summary>
    public void CompactIfDue(StoreState state)
    {
        if (_file.Length < Math.Max(_compactAtBytes, 2 * _snapshotBytes) || !_compaction.IsCompleted)
        {
            return;
        }

        try
        {
            BeginNewFile(state);
        }
        catch (IOException e)
        {
            LogCompactionFailed(_logger, e);
            return;
        }

        var current = _file.Path;
        _compaction = Task.Run(() => TryWriteSnapshot(state, current), CancellationToken.None);
    }

    public async Task CloseAsync() => await _compaction;

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>A new file on a snapshot of what is known to be committed; the damaged file is never trusted again.</summary>
    private void BeginAgain(StoreState state)
    {
        var next = JournalFile.Create(NextPath(_directory, state.Revision));
        try
        {
            WriteSnapshot(state, next.Path);
        }
        catch
        {
            next.Dispose();
            File.Delete(next.Path);
            throw;
        }

        _file.Dispose();
        _file = next;
    }

    private void BeginNewFile(StoreState state)
    {
        var next = JournalFile.Create(NextPath(_directory, state.Revision));
        _file.Dispose();
        _file = next;
    }

    private void TryWriteSnapshot(StoreState state, string current)
    {
        try
        {
            WriteSnapshot(state, current);
        }
        catch (IOException e)
        {
            // The journals stay: nothing is lost, and the next commit past the limit tries again.
            LogCompactionFailed(_logger, e);
        }
    }

    private void WriteSnapshot(StoreState state, string current)
    {
        var path = Path.Combine(_directory, Snapshot.NameOf(state.Revision));
        Snapshot.Write(path, state);
        Interlocked.Exchange(ref _snapshotBytes, new FileInfo(path).Length);
        foreach (var old in JournalPaths(_directory).Where(journal => string.CompareOrdinal(journal, current) < 0)
            .Concat(Directory.GetFiles(_directory, "snapshot-*").Where(snapshot => snapshot != path)))
        {
            File.Delete(old);
        }

        LogCompacted(_logger, state.Revision, _snapshotBytes);
    }

    private static IEnumerable<string> JournalPaths(string directory) =>
        Directory.GetFiles(directory, "journal-*").Order(StringComparer.Ordinal);

    /// <summary>Names sort in the order of writing: by the revision they begin after, and then by a counter.</summary>
    private static string NextPath(string directory, long revision)
    {
        for (var attempt = 0; ; attempt++)
        {
            var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"journal-{revision:D19}-{attempt:D4}"));
            if (!File.Exists(path))
            {
                return path;
            }
        }
    }

    private static FileStream TakeLock(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"the data directory '{directory}' is in use by another process: stop that one, or choose another directory. ({e.Message})", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "JournalTorn", Message = "'{File}' ended in {Bytes} bytes of a commit that was never acknowledged; they are cut off.")]
    private static partial void LogTorn(ILogger logger, string file, long bytes);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "JournalCompacted", Message = "The journal was compacted at revision {Revision} into {Bytes} bytes.")]
    private static partial void LogCompacted(ILogger logger, long revision, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "JournalCompactionFailed", Message = "Compacting the journal failed; it stays as it is and is tried again.")]
    private static partial void LogCompactionFailed(ILogger logger, Exception exception);
}
