using System.Net;
using System.Net.Sockets;

namespace LlmKube.TestKit;

/// <summary>Ports for servers that cannot choose one by themselves.</summary>
public static class Ports
{
    /// <summary>A port of loopback that nobody listens on at the moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody takes connections there.</summary>
    public static bool Listens(IPAddress address, int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(address, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
