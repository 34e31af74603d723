using System.Globalization;

namespace LlmKube.ApiServer.Storage;

/// <summary>A whole state in one file, from which the journals go on. The last frame is a mark: a snapshot without it is not used.</summary>
internal static class Snapshot
{
    /// <summary>Objects in one frame: large enough to be quick, small enough to be no burden in memory.</summary>
    private const int ObjectsPerFrame = 256;

    private static readonly StoreKey s_endMark = new(new ResourceCollection("", ""), default);

    public static void Write(string path, StoreState state)
    {
        var temporary = path + ".tmp";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(JournalFormat.FileHead);
            var objects = state.Collections.Values.SelectMany(collection => collection.Values);
            foreach (var chunk in objects.Chunk(ObjectsPerFrame))
            {
                stream.Write(JournalFormat.Frame([.. chunk.Select(item => new JournalRecord(item.Key, item.Revision, item.Json))]));
            }

            stream.Write(JournalFormat.Frame([new JournalRecord(s_endMark with { Object = new("", "") }, state.Revision, null)]));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }

    public static StoreState Read(string path)
    {
        var content = JournalReader.Read(path);
        if (content.TornBytes > 0 || content.Records is not [.., { Json: null } mark] || mark.Key.Collection != s_endMark.Collection)
        {
            throw new InvalidDataException($"the snapshot '{path}' is not whole. Restore the data directory from a copy, or start with an empty one.");
        }

        var events = content.Records
            .Where(record => record.Json is not null)
            .Select(record => new StoreEvent(StoreEventKind.Added, StoredObject.Thaw(record.Key, record.Revision, record.Json!), null))
            .ToList();
        return StoreState.Empty.With(events) with { Revision = mark.Revision };
    }

    public static string NameOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"snapshot-{revision:D19}");
}
