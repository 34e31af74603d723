using System.Diagnostics;

namespace LlmKube.Bench.Startup;

/// <summary><c>llmkube up</c> on an empty home of its own.</summary>
internal sealed class UpProcess : IAsyncDisposable
{
    private const string State = "up.json";

    private readonly string _home = Directory.CreateTempSubdirectory("llmkube-bench-").FullName;
    private readonly Process _process;

    public UpProcess(string llmkube)
    {
        var start = new ProcessStartInfo(llmkube, ["up", "--port=0", "--api-port=0"]) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment["LLMKUBE_HOME"] = _home;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024.0);
        }
    }

    /// <summary>It writes where it can be reached as soon as it answers.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (!File.Exists(Path.Combine(_home, State)))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"llmkube up ended with {_process.ExitCode}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
