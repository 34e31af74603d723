namespace LlmKube.Models.Transfer;

/// <summary>Counts what arrives, over all connections, and says how far the transfer is.</summary>
internal sealed class ProgressMeter(TransferOptions options, TimeProvider time, IProgress<TransferProgress>? progress, long? totalBytes, int totalFiles)
{
    private const double Smoothing = 0.25;

    private long _kept;
    private long _moved;
    private long _lost;
    private int _files;

    /// <summary>Bytes that came over the wire.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Counts bytes of an earlier attempt.</summary>
    public void Keep(long bytes) => Interlocked.Add(ref _kept, bytes);

    public void Arrived(int bytes)
    {
        Interlocked.Add(ref _moved, bytes);
        TransferMetrics.Bytes.Add(bytes);
    }

    /// <summary>Counts bytes that have to come again.</summary>
    public void Lose(long bytes) => Interlocked.Add(ref _lost, bytes);

    public void FileDone()
    {
        Interlocked.Increment(ref _files);
        TransferMetrics.Files.Add(1);
    }

    /// <summary>Reports at intervals until cancelled, and tells <paramref name="measured"/> each interval's rate.</summary>
    public async Task RunAsync(Action<double> measured, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.ProgressInterval, time);
        var (last, lastMoved, rate) = (time.GetTimestamp(), Moved, 0.0);
        Report(rate);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var (now, moved) = (time.GetTimestamp(), Moved);
            var current = (moved - lastMoved) / Math.Max(time.GetElapsedTime(last, now).TotalSeconds, 1e-6);
            rate = rate == 0 ? current : rate + (Smoothing * (current - rate));
            (last, lastMoved) = (now, moved);
            measured(current);
            Report(rate);
        }
    }

    /// <summary>Reports the end.</summary>
    public void Report(double bytesPerSecond) =>
        progress?.Report(new TransferProgress(Volatile.Read(ref _kept) + Moved - Volatile.Read(ref _lost), totalBytes, bytesPerSecond, Volatile.Read(ref _files), totalFiles));
}
