using System.Diagnostics;
using LlmKube.Models.Transfer;

namespace LlmKube.Cli.Console;

/// <summary>A stream that is read with a progress line.</summary>
internal sealed class CountedStream(Stream inner, ProgressLine line, long? total) : Stream
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _told = Stopwatch.GetTimestamp();

    /// <summary>Bytes so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the line away.</summary>
    public void End() => line.End();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Counted(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
