using System.Text.Json;

namespace LlmKube.Models.Transfer;

/// <summary>Which small files are complete, in one file on disk for all of them: ten thousand need no ten thousand journals.</summary>
internal sealed class FinishedLog : IDisposable
{
    private readonly AppendOnlyText _text;
    private readonly Dictionary<string, FinishedFile> _files = new(StringComparer.Ordinal);

    private FinishedLog(AppendOnlyText text) => _text = text;

    public static FinishedLog Open(string path)
    {
        var (text, lines) = AppendOnlyText.Open(path);
        var log = new FinishedLog(text);
        foreach (var file in lines.Select(Read).OfType<FinishedFile>())
        {
            log._files[file.File.Path] = file;
        }

        return log;
    }

    /// <summary>What an earlier attempt noted of these bytes; the disk has to be asked whether they are still the same.</summary>
    public FinishedFile? Find(JournalHeader file) => _files.TryGetValue(file.Path, out var found) && found.File.SameBytesAs(file) ? found : null;

    public void Add(FinishedFile file) => _text.Append(JsonSerializer.Serialize(file, JournalJson.Default.FinishedFile));

    public void Dispose() => _text.Dispose();

    private static FinishedFile? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.FinishedFile);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
