using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>Something that was asked for over the network: the first packet of a connection, a datagram, or a question of who has an address.</summary>
/// <param name="Protocol">tcp, udp, arp, or the number of another.</param>
/// <param name="From">Who asked.</param>
/// <param name="To">Whom.</param>
/// <param name="Port">At which port; 0 where the protocol has none.</param>
internal sealed record Contact(string Protocol, IPAddress From, IPAddress To, int Port)
{
    public override string ToString() => Port == 0 ? $"{Protocol} {From} -> {To}" : $"{Protocol} {From} -> {To}:{Port}";
}

/// <summary>Reads every packet of every interface of the test's network (packet(7)), and keeps whom somebody tried to contact.</summary>
internal sealed class PacketCapture : IAsyncDisposable
{
    private const ushort AllProtocols = 0x0003;
    private const int Ipv4 = 0x0800;
    private const int Arp = 0x0806;
    private const int Ipv6 = 0x86dd;
    private const int EthernetHeader = 14;
    private const byte SynOnly = 0b10010;
    private const byte Syn = 0b00010;

    /// <summary>Room for what comes while nobody reads: chat and a fetch send some megabytes.</summary>
    private const int BufferBytes = 64 * 1024 * 1024;

    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, (ProtocolType)BinaryPrimitives.ReverseEndianness(AllProtocols));
    private readonly HashSet<Contact> _contacts = [];
    private readonly Lock _gate = new();
    private readonly Task _reading;

    private PacketCapture()
    {
        _socket.ReceiveBufferSize = BufferBytes;
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Packets that were seen at all.</summary>
    public long Seen { get; private set; }

    public static PacketCapture Begin() => new();

    /// <summary>Everybody who was asked, so far.</summary>
    public IReadOnlyList<Contact> Contacts()
    {
        lock (_gate)
        {
            return [.. _contacts];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    /// <summary>What a packet asks for; null for one that answers, or goes on with what began before.</summary>
    public static Contact? Of(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetHeader + 20)
        {
            return null;
        }

        var packet = frame[EthernetHeader..];
        return BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) switch
        {
            Ipv4 => OfIpv4(packet),
            Arp when packet.Length >= 28 && packet[7] == 1 => new Contact("arp", new IPAddress(packet.Slice(14, 4)), new IPAddress(packet.Slice(24, 4)), 0),
            Ipv6 when packet.Length >= 40 => new Contact("ipv6", new IPAddress(packet.Slice(8, 16)), new IPAddress(packet.Slice(24, 16)), 0),
            _ => null,
        };
    }

    private static Contact? OfIpv4(ReadOnlySpan<byte> packet)
    {
        var (from, to) = (new IPAddress(packet.Slice(12, 4)), new IPAddress(packet.Slice(16, 4)));
        var headerBytes = (packet[0] & 0xf) * 4;
        var body = packet.Length >= headerBytes + 14 ? packet[headerBytes..] : [];
        return packet[9] switch
        {
            6 when body.Length > 0 => (body[13] & SynOnly) == Syn ? new Contact("tcp", from, to, BinaryPrimitives.ReadUInt16BigEndian(body[2..])) : null,
            17 when packet.Length >= headerBytes + 8 => new Contact("udp", from, to, BinaryPrimitives.ReadUInt16BigEndian(packet[(headerBytes + 2)..])),
            6 or 17 => null,
            var other => new Contact($"ip-{other}", from, to, 0),
        };
    }

    private void Read()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = _socket.Receive(buffer);
                var contact = Of(buffer.AsSpan(0, read));
                lock (_gate)
                {
                    Seen++;
                    if (contact is not null)
                    {
                        _contacts.Add(contact);
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The capture ended.
        }
    }
}
