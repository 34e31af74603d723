using System.Globalization;
using System.Text.Json;

namespace LlmKube.Models.Transfer;

/// <summary>
/// What of a file is written, on disk beside it: a header line that names the bytes, then a line <c>offset length crc</c> for each range.
/// It is not flushed: whether the ranges are really there is asked of the file, by their CRCs, when a transfer goes on.
/// </summary>
internal sealed class RangeJournal : IDisposable
{
    private readonly AppendOnlyText _text;
    private readonly JournalHeader _header;

    private RangeJournal(AppendOnlyText text, JournalHeader header, IReadOnlyList<JournaledRange> ranges) => (_text, _header, Ranges) = (text, header, ranges);

    /// <summary>The ranges that an earlier attempt left, in the order of the file, none over another.</summary>
    public IReadOnlyList<JournaledRange> Ranges { get; }

    /// <summary>Opens the journal of a file, which is empty where the one on disk tells of other bytes.</summary>
    public static RangeJournal Open(string path, JournalHeader header)
    {
        var (text, lines) = AppendOnlyText.Open(path);
        if (lines.Count > 0 && ReadHeader(lines[0]) is { } found && found.SameBytesAs(header))
        {
            return new RangeJournal(text, header, Read(lines.Skip(1), header.Size));
        }

        var journal = new RangeJournal(text, header, []);
        journal.StartAnew();
        return journal;
    }

    public void Append(JournaledRange range) =>
        _text.Append(string.Create(CultureInfo.InvariantCulture, $"{range.Offset} {range.Length} {range.Crc:x8}"));

    /// <summary>Forgets all ranges.</summary>
    public void StartAnew()
    {
        _text.Clear();
        _text.Append(JsonSerializer.Serialize(_header, JournalJson.Default.JournalHeader));
    }

    public void Dispose() => _text.Dispose();

    private static JournalHeader? ReadHeader(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalHeader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The ranges of whole lines; where two tell of the same place, the later one wrote last.</summary>
    private static List<JournaledRange> Read(IEnumerable<string> lines, long size)
    {
        var latest = new Dictionary<long, JournaledRange>();
        foreach (var line in lines)
        {
            if (ReadRange(line) is { } range && range.Offset >= 0 && range.Length > 0 && range.Length <= size - range.Offset)
            {
                latest[range.Offset] = range;
            }
        }

        var ranges = new List<JournaledRange>(latest.Count);
        foreach (var range in latest.Values.OrderBy(range => range.Offset))
        {
            if (ranges.Count == 0 || ranges[^1].End <= range.Offset)
            {
                ranges.Add(range);
            }
        }

        return ranges;
    }

    private static JournaledRange? ReadRange(string line) =>
        line.Split(' ') is [var offset, var length, var crc]
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
        && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        && uint.TryParse(crc, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum)
            ? new JournaledRange(from, count, sum) { Kept = true }
            : null;
}
