using System.Buffers;
using LlmKube.Router.OpenAi;

namespace LlmKube.Router.Forwarding;

/// <summary>What must be known of a server-sent event stream to end it in order: whether its last event is complete.</summary>
internal struct EventStream
{
    // Line ends since the last other character; carriage returns are not counted. An empty stream is between events.
    private int _lineEnds;
    private bool _any;

    public static bool Is(HttpResponseMessage response) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
        && response.Content.Headers is { ContentEncoding.Count: 0, ContentLength: null };

    public void Saw(ReadOnlySpan<byte> bytes)
    {
        _any |= !bytes.IsEmpty;
        var tail = bytes.LastIndexOfAnyExcept((byte)'\n', (byte)'\r');
        var ends = bytes[(tail + 1)..].Count((byte)'\n');
        _lineEnds = tail < 0 ? _lineEnds + ends : ends;
    }

    /// <summary>
    /// The event that tells the client that the answer is incomplete. An event that was cut in the middle is ended first,
    /// so that this one is read on its own.
    /// </summary>
    public readonly ReadOnlyMemory<byte> ErrorEvent(OpenAiError error)
    {
        var json = ErrorJson.Of(error);
        var text = new ArrayBufferWriter<byte>(json.Length + 16);
        if (_any && _lineEnds < 2)
        {
            text.Write("\n\n"u8);
        }

        text.Write("data: "u8);
        text.Write(json.Span);
        text.Write("\n\n"u8);
        return text.WrittenMemory;
    }
}
