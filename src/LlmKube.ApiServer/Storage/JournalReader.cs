namespace LlmKube.ApiServer.Storage;

/// <summary>What a journal file held, up to where it is whole.</summary>
internal sealed record JournalContent(IReadOnlyList<JournalRecord> Records, long GoodLength, long TornBytes);

/// <summary>Reads journals and snapshots back, and tells a torn end (a crash) from damage in the middle (a broken disk).</summary>
internal static class JournalReader
{
    public static JournalContent Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var head = JournalFormat.FileHead;
        if (file.Length < head.Length)
        {
            // The crash came between creating the file and writing its head: nothing was ever acknowledged from it.
            return new JournalContent([], 0, file.Length);
        }

        if (!file.AsSpan(0, head.Length).SequenceEqual(head))
        {
            throw new InvalidDataException(
                $"'{path}' does not begin as a journal of this version does. Restore the data directory from a copy, or start with an empty one.");
        }

        var records = new List<JournalRecord>();
        var offset = head.Length;
        while (offset < file.Length)
        {
            if (!JournalFormat.TryFindFrame(file, offset, out var end))
            {
                RefuseDamage(path, file, offset);
                return new JournalContent(records, offset, file.Length - offset);
            }

            records.AddRange(JournalFormat.ReadFrame(file, offset, end));
            offset = end;
        }

        return new JournalContent(records, offset, 0);
    }

    /// <summary>
    /// A commit is written only after the one before it was flushed. A good frame behind a bad one is therefore proof
    /// that the bad one had been good, and cutting here would lose what was acknowledged.
    /// </summary>
    private static void RefuseDamage(string path, byte[] file, int offset)
    {
        if (file.Length - offset < JournalFormat.FrameHeadBytes)
        {
            return;
        }

        var length = BitConverter.ToInt32(file, offset);
        var next = (long)offset + JournalFormat.FrameHeadBytes + length;
        if (length > 0 && next < file.Length && JournalFormat.TryFindFrame(file, (int)next, out _))
        {
            throw new InvalidDataException(
                $"'{path}' is damaged at byte {offset}, and intact commits follow: the disk lost data that had been acknowledged. "
                + "Restore the data directory from a copy, or move the file away to go on with what came before it.");
        }
    }
}
