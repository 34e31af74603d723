using System.Net;
using System.Net.Sockets;
using LlmKube.Router.Balancing;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Forwarding;

/// <summary>Makes the client that talks to engines: connections are reused, and nothing of a response is followed, unpacked or kept.</summary>
internal static class BackendConnections
{
    /// <summary>
    /// llama-server closes an idle connection after 5 s. One that we reuse at that very moment would break under a request,
    /// so ours are given up well before.
    /// </summary>
    private static readonly TimeSpan s_idleLife = TimeSpan.FromSeconds(3);

    public static HttpMessageInvoker Create(EndpointBalancer balancer, ForwardingClocks clocks) => new(
        new SocketsHttpHandler
        {
            ConnectTimeout = clocks.Connect,
            PooledConnectionIdleTimeout = s_idleLife,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, balancer, cancellationToken),
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            // The client's trace context passes through as the headers that it is.
            ActivityHeadersPropagator = null,
            // After a client has left, reading on to save a connection would keep the engine computing.
            ResponseDrainTimeout = TimeSpan.Zero,
        },
        disposeHandler: true);

    /// <summary>
    /// A connection proves that an endpoint is back, long before a slow answer does. Without this, a probe that waits for
    /// its answer would keep the endpoint in quarantine all that time.
    /// </summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, EndpointBalancer balancer, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        balancer.ReportReached(new BackendEndpoint(to.Host, to.Port));
        return new NetworkStream(socket, ownsSocket: true);
    }
}
