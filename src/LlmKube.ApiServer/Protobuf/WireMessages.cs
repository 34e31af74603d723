using System.Collections.Concurrent;

namespace LlmKube.ApiServer.Protobuf;

/// <summary>
/// The messages of the built-in kinds: field numbers and types of Kubernetes' wire format, embedded as a table that is read when the first
/// such body comes.
/// </summary>
internal sealed class WireMessages
{
    private static readonly Lazy<WireMessages> s_builtIn = new(Load);

    private readonly Dictionary<string, string> _lines;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<int, WireField>> _messages = new(StringComparer.Ordinal);

    private WireMessages(Dictionary<string, string> lines) => _lines = lines;

    public static WireMessages BuiltIn => s_builtIn.Value;

    public IEnumerable<string> Names => _lines.Keys;

    /// <summary>The fields of a message by number; null when there is none of that name.</summary>
    public IReadOnlyDictionary<int, WireField>? Find(string name) =>
        _lines.TryGetValue(name, out var line) ? _messages.GetOrAdd(name, _ => Parse(line)) : null;

    private static Dictionary<int, WireField> Parse(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(field => WireField.Parse(field)).ToDictionary(field => field.Number);

    private static WireMessages Load()
    {
        using var stream = typeof(WireMessages).Assembly.GetManifestResourceStream("LlmKube.ApiServer.Protobuf.messages.txt")!;
        using var reader = new StreamReader(stream);
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            lines[space < 0 ? line : line[..space]] = space < 0 ? "" : line[space..];
        }

        return new WireMessages(lines);
    }
}
