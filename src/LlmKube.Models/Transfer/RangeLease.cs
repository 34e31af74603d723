namespace LlmKube.Models.Transfer;

/// <summary>A range of a file that one connection is reading, and of which another may take the end away.</summary>
internal sealed class RangeLease(long start, long end, long startedAt)
{
    private readonly Lock _gate = new();
    private long _reserved = start;

    public long Start { get; } = start;

    /// <summary>Up to where what was written is noted in the journal.</summary>
    public long Noted { get; private set; } = start;

    /// <summary>When the reading began, in the clock's ticks.</summary>
    public long StartedAt => startedAt;

    /// <summary>The next byte that is to be written.</summary>
    public long Position { get; private set; } = start;

    /// <summary>Where the range ends, by now.</summary>
    public long End { get; private set; } = end;

    /// <summary>CRC-32C of what was written since <see cref="Noted"/>.</summary>
    public uint Crc { get; private set; } = Crc32C.Start;

    /// <summary>How many bytes may be read next; nobody takes these away. Zero at the end.</summary>
    public int Reserve(int most)
    {
        lock (_gate)
        {
            _reserved = Math.Min(End, Position + most);
            return (int)(_reserved - Position);
        }
    }

    /// <summary>Accounts for bytes that were written at <see cref="Position"/>.</summary>
    public void Wrote(ReadOnlySpan<byte> bytes)
    {
        Crc = Crc32C.Add(Crc, bytes);
        lock (_gate)
        {
            Position += bytes.Length;
        }
    }

    /// <summary>What was written since the last call.</summary>
    public JournaledRange TakeWritten()
    {
        var written = new JournaledRange(Noted, Position - Noted, Crc32C.Finish(Crc));
        (Noted, Crc) = (Position, Crc32C.Start);
        return written;
    }

    /// <summary>How long the rest takes at the rate so far; null while that cannot be told.</summary>
    public TimeSpan? TimeLeft(long now, TimeProvider time)
    {
        var elapsed = time.GetElapsedTime(startedAt, now);
        lock (_gate)
        {
            return elapsed < TimeSpan.FromSeconds(1) ? null
                : Position == Start ? TimeSpan.MaxValue
                : elapsed * ((double)(End - Position) / (Position - Start));
        }
    }

    /// <summary>Takes half of what is not read yet; null where that is not worth a connection.</summary>
    public (long Start, long End)? TakeTail(long least)
    {
        lock (_gate)
        {
            var middle = _reserved + ((End - _reserved) / 2);
            if (End - middle < least)
            {
                return null;
            }

            var tail = (middle, End);
            End = middle;
            return tail;
        }
    }
}
