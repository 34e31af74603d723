using System.Net;
using System.Net.Sockets;

namespace LlmKube.Agent.Processes;

/// <summary>Finds a loopback port that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>Another process may take the port before ours does: then ours ends, and is restarted with another port.</summary>
    public static int Find()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
