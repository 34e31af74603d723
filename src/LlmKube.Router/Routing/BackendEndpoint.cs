using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LlmKube.Router.Routing;

/// <summary>Where one replica of a model server listens.</summary>
internal readonly record struct BackendEndpoint(string Address, int Port)
{
    /// <summary><c>host:port</c> as a URL wants it, with brackets around an IPv6 address.</summary>
    public override string ToString()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        return IPAddress.TryParse(Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{Address}]:{port}"
            : $"{Address}:{port}";
    }
}
