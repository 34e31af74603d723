using System.Buffers;
using System.Net.WebSockets;

namespace LlmKube.Kubernetes.Client;

/// <summary>Which stream of a container a message of an attachment belongs to.</summary>
public enum PodChannel
{
    /// <summary>What the container reads.</summary>
    Input = 0,

    /// <summary>What it writes as data.</summary>
    Output = 1,

    /// <summary>What it writes for people.</summary>
    Error = 2,

    /// <summary>The server's own word on how the attachment ended.</summary>
    Status = 3,
}

/// <summary>
/// The streams of a running container, as <c>kubectl attach</c> has them: WebSocket messages whose first byte is the channel
/// (subprotocol <c>v4.channel.k8s.io</c>, which servers since Kubernetes 1.5 speak).
/// One reader and one writer at a time. This protocol cannot end the input: what is sent must say itself where it ends.
/// </summary>
public sealed class PodAttachment : IAsyncDisposable
{
    internal const string Protocol = "v4.channel.k8s.io";

    /// <summary>Servers take a message whole: it is kept well below what they accept.</summary>
    private const int MaxMessageBytes = 64 * 1024;

    private readonly WebSocket _socket;
    private readonly byte[] _outgoing = ArrayPool<byte>.Shared.Rent(MaxMessageBytes + 1);
    private PodChannel? _current;

    internal PodAttachment(WebSocket socket) => _socket = socket;

    /// <summary>Sends bytes to the container's input.</summary>
    /// <exception cref="WebSocketException">The connection is gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _outgoing[0] = (byte)PodChannel.Input;
        while (bytes.Length > 0)
        {
            var part = bytes[..Math.Min(bytes.Length, MaxMessageBytes)];
            part.CopyTo(_outgoing.AsMemory(1));
            await _socket.SendAsync(_outgoing.AsMemory(0, part.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Receives what comes next into <paramref name="buffer"/>; null when the server ended the attachment.</summary>
    /// <exception cref="WebSocketException">The connection is gone.</exception>
    public async ValueTask<(PodChannel Channel, int Count)?> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            var count = received.Count;
            if (_current is null && count > 0)
            {
                _current = (PodChannel)buffer.Span[0];
                count--;
                buffer.Span[1..received.Count].CopyTo(buffer.Span);
            }

            var channel = _current;
            _current = received.EndOfMessage ? null : _current;
            if (count > 0 && channel is { } known)
            {
                return (known, count);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        ArrayPool<byte>.Shared.Return(_outgoing);
        return ValueTask.CompletedTask;
    }
}
