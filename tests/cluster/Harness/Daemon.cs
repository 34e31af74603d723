using System.Diagnostics;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>A program of the cluster that runs until it is stopped, with its log in a file.</summary>
internal sealed class Daemon : IDisposable
{
    private readonly Process _process;
    private readonly FileStream _log;

    private Daemon(string name, Process process, FileStream log) => (Name, _process, _log) = (name, process, log);

    public string Name { get; }

    public bool HasEnded => _process.HasExited;

    public static Daemon Start(string name, string logFolder, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[key] = value;
        }

        var log = new FileStream(Path.Combine(logFolder, name + ".log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var process = Process.Start(start)!;
        _ = CopyAsync(process.StandardOutput.BaseStream, log);
        _ = CopyAsync(process.StandardError.BaseStream, log);
        return new Daemon(name, process, log);
    }

    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _log.Dispose();
    }

    private static async Task CopyAsync(Stream from, FileStream to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            lock (to)
            {
                to.Write(buffer, 0, read);
                to.Flush();
            }
        }
    }
}
