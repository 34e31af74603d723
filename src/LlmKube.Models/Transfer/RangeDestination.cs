namespace LlmKube.Models.Transfer;

/// <summary>A range of a file that is read by several connections.</summary>
internal sealed class RangeDestination(RangeFile file, RangeLease lease) : IDestination
{
    /// <summary>What a process that is killed may lose of each connection, in bytes.</summary>
    private const int NoteEvery = 4 * 1024 * 1024;

    public long Position => lease.Position;

    public long? Wanted => lease.End - lease.Position;

    public int Reserve(int most) => file.Abandoned ? 0 : lease.Reserve(most);

    public bool TryStartAnew() => lease.Position == 0;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await file.WriteAsync(bytes, lease.Position, cancellationToken);
        lease.Wrote(bytes.Span);
        if (lease.Position - lease.Noted >= NoteEvery)
        {
            file.Note(lease);
        }
    }
}
