using System.Net;
using System.Net.Sockets;

namespace LlmKube.Models.Backends.Network;

/// <summary>Opens connections, and none to a denied address: asked after the name is resolved, so that no name and no redirect hides one.</summary>
internal sealed class Connecting(IReadOnlyList<IPNetwork> denied)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        if (addresses.FirstOrDefault(IsDenied) is { } bad)
        {
            throw new DeniedAddressException(host, bad.ToString());
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public bool IsDenied(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return denied.Any(network => network.Contains(plain));
    }
}
