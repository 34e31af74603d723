using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Tests.Fixtures;

/// <summary>An engine below HTTP: it reads a request and then writes, stalls or resets as a test tells it to.</summary>
internal sealed class RawEngine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _serving = [];
    private int _requests;

    private RawEngine(Func<Socket, int, CancellationToken, Task> serve)
    {
        _listener.Start();
        Endpoint = new BackendEndpoint("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        _accepting = AcceptAsync(serve);
    }

    public BackendEndpoint Endpoint { get; }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary><paramref name="serve"/> gets the socket after the request's headers and body came, and the request's number from 1.</summary>
    public static RawEngine Start(Func<Socket, int, CancellationToken, Task> serve) => new(serve);

    /// <summary>Sends the text as it is.</summary>
    public static Task SendAsync(Socket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Ends the connection with a reset instead of in order.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    /// <summary>A port where nobody listens.</summary>
    public static BackendEndpoint NobodyThere()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return new BackendEndpoint("127.0.0.1", port);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, int, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                _serving.Add(ServeAsync(socket, serve));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, int, CancellationToken, Task> serve)
    {
        using (socket)
        {
            try
            {
                await ReadRequestAsync(socket, _stopping.Token);
                await serve(socket, Interlocked.Increment(ref _requests), _stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
            {
                // The other side left, or the test ended.
            }
        }
    }

    private static async Task ReadRequestAsync(Socket socket, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var all = text.ToString();
            var end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0)
            {
                throw new IOException("The request ended early.");
            }

            if (end >= 0 && all.Length >= end + 4 + LengthOf(all[..end]))
            {
                return;
            }
        }
    }

    private static int LengthOf(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return 0;
        }

        var value = head[(at + Name.Length)..].Split('\r')[0];
        return int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
