using System.Buffers;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>Reads from a place into a destination, and tries again from where it stood when the way there breaks.</summary>
internal sealed class Connection(IModelSession session, TransferOptions options, TimeProvider time, ProgressMeter meter, ConnectionCount connections, StallWatch stalls)
{
    private const int BufferBytes = 256 * 1024;

    private readonly BandwidthLimit _limit = new(options.BytesPerSecond, time);

    /// <summary>Reads until the destination has what it wants. Null when it has; errors of the local disk are thrown.</summary>
    public async Task<ModelFailure?> ReadAsync(RemoteFile file, IDestination destination, CancellationToken cancellationToken)
    {
        var (furthest, attempt) = (destination.Position, 0);
        while (true)
        {
            var failure = await AttemptAsync(file, destination, cancellationToken);
            if (failure is null || !failure.Heals || failure.Kind is FailureKind.Changed or FailureKind.Corrupt || failure.RetryAfter > options.LongestPause)
            {
                return failure;
            }

            attempt = destination.Position > furthest ? 1 : attempt + 1;
            furthest = Math.Max(furthest, destination.Position);
            if (attempt >= options.AttemptsWithoutProgress)
            {
                return failure;
            }

            TransferMetrics.Retries.Add(1, new KeyValuePair<string, object?>("reason", failure.Kind.ToString()));
            if (failure.Kind == FailureKind.Throttled)
            {
                connections.Throttled();
            }

            await Task.Delay(RetryPauses.Before(attempt, failure.RetryAfter, options, Random.Shared), time, cancellationToken);
        }
    }

    private async Task<ModelFailure?> AttemptAsync(RemoteFile file, IDestination destination, CancellationToken cancellationToken)
    {
        using var watched = stalls.Watch(cancellationToken);
        try
        {
            var opened = await session.OpenAsync(file, destination.Position, destination.Wanted, watched.Token);
            if (opened is OpenResult.Failed failed)
            {
                return failed.Failure;
            }

            var answer = (OpenResult.Opened)opened;
            await using (answer.Content)
            {
                return Check(file, destination, answer) ?? await CopyAsync(file, answer.Content, destination, watched);
            }
        }
        catch (OperationCanceledException) when (watched.Stalled && !cancellationToken.IsCancellationRequested)
        {
            return new ModelFailure(FailureKind.Unavailable, $"nothing of {file.Path} arrived for {options.StallTimeout.TotalSeconds:0} s: the connection stalled.");
        }
    }

    /// <summary>Holds what the answer says of the file against what the session said.</summary>
    private static ModelFailure? Check(RemoteFile file, IDestination destination, OpenResult.Opened answer)
    {
        if (answer.Validator is { } validator && file.Validator is { } known && validator != known)
        {
            return new ModelFailure(FailureKind.Changed, $"{file.Path} changed at its place while it was read.");
        }

        if (answer.FileSizeBytes is { } size && file.SizeBytes is { } announced && size != announced)
        {
            return new ModelFailure(FailureKind.Changed, $"{file.Path} has {size} bytes by now, and had {announced} when the transfer began.");
        }

        if (answer.Offset == destination.Position)
        {
            return null;
        }

        return answer.Offset == 0 && destination.TryStartAnew()
            ? null
            : new RangesRefused($"{file.Path} came from byte {answer.Offset} on, where byte {destination.Position} was asked for: the place does not keep to ranges.");
    }

    private async Task<ModelFailure?> CopyAsync(RemoteFile file, Stream content, IDestination destination, StallWatch.Watched watched)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (int wanted; (wanted = destination.Reserve(BufferBytes)) > 0;)
            {
                var (filled, failure) = await FillAsync(file, content, buffer.AsMemory(0, wanted), watched);
                await destination.WriteAsync(buffer.AsMemory(0, filled), watched.Token);
                if (failure is not null || filled < wanted)
                {
                    return failure ?? Ended(file, destination);
                }
            }

            return destination.Wanted is null && await ReadAsync(file, content, buffer.AsMemory(0, 1), watched) is (> 0, _)
                ? new ModelFailure(FailureKind.Changed, $"{file.Path} is longer than the {file.SizeBytes} bytes that were announced.")
                : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ModelFailure? Ended(RemoteFile file, IDestination destination) =>
        file.SizeBytes is null ? null : new ModelFailure(FailureKind.Unavailable, $"{file.Path} ended at byte {destination.Position}, before the {file.SizeBytes} bytes that were announced.");

    /// <summary>Fills the buffer; less than that, with or without a failure, is the end.</summary>
    private async ValueTask<(int Filled, ModelFailure? Failure)> FillAsync(RemoteFile file, Stream content, Memory<byte> buffer, StallWatch.Watched watched)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var (read, failure) = await ReadAsync(file, content, buffer[filled..], watched);
            if (read == 0)
            {
                return (filled, failure);
            }

            filled += read;
            meter.Arrived(read);
            await _limit.SpendAsync(read, watched.Token);
            watched.Beat();
        }

        return (filled, null);
    }

    /// <summary>What is not written when a connection breaks was not lost in vain: it is written, and the next attempt begins behind it.</summary>
    private static async ValueTask<(int Read, ModelFailure? Failure)> ReadAsync(RemoteFile file, Stream content, Memory<byte> buffer, StallWatch.Watched watched)
    {
        try
        {
            return (await content.ReadAsync(buffer, watched.Token), null);
        }
        catch (IOException e)
        {
            return (0, new ModelFailure(FailureKind.Unavailable, $"the connection broke while {file.Path} was read: {e.Message}"));
        }
    }
}
