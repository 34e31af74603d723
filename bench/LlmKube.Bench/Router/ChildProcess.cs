using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LlmKube.Bench.Router;

/// <summary>A process that the benchmark started and ends by itself.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Memory that the process holds now.</summary>
    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>This program again, with other arguments; ready when it says so.</summary>
    public static async Task<ChildProcess> StartSelfAsync(string role, int port, string[] rest, CancellationToken cancellationToken)
    {
        string[] arguments = [role, port.ToString(System.Globalization.CultureInfo.InvariantCulture), .. rest];
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var process = Process.Start(new ProcessStartInfo(self, arguments) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException($"{self} did not start.");
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == "ready" ? new ChildProcess(process, port) : throw new InvalidOperationException($"{role} did not become ready; it said '{line}'.");
    }

    /// <summary>A foreign program; ready when its port answers.</summary>
    public static async Task<ChildProcess> StartAsync(string program, string[] arguments, int port, CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)) ?? throw new InvalidOperationException($"{program} did not start.");
        for (var i = 0; i < 200; i++)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new ChildProcess(process, port);
            }
            catch (SocketException) when (!process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
            }
        }

        throw new InvalidOperationException($"{program} does not listen on {port}.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
