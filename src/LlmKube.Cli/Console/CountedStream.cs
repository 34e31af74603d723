using System.Diagnostics;
using LlmKube.Models;
using LlmKube.Models.Transfer;

namespace LlmKube.Cli.Console;

/// <summary>A stream that is read with a progress line.</summary>
internal sealed class CountedStream(Stream inner, ProgressLine line, long? total) : ReadOnlyStream
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _told = Stopwatch.GetTimestamp();

    /// <summary>Bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the line away.</summary>
    public void End() => line.End();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Counted(await inner.ReadAsync(buffer, cancellationToken));

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        Count += read;
        var now = Stopwatch.GetTimestamp();
        if (read == 0)
        {
            line.End();
        }
        else if (Stopwatch.GetElapsedTime(_told, now) > s_interval)
        {
            _told = now;
            line.Report(new TransferProgress(Math.Min(Count, total ?? long.MaxValue), total, Count / Stopwatch.GetElapsedTime(_begun, now).TotalSeconds, 0, 1));
        }

        return read;
    }
}
