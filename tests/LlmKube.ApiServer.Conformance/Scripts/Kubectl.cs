using System.Diagnostics;
using System.Text;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>One started kubectl; its output is there to be read while it runs.</summary>
internal sealed class Kubectl : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private readonly Task<string> _error;

    private Kubectl(Process process)
    {
        _process = process;
        _reading = ReadOutputAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public string Output
    {
        get
        {
            lock (_gate)
            {
                return _output.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public static Kubectl Start(string binary, CommandLine command, string directory, string kubeconfig)
    {
        var start = new ProcessStartInfo(binary)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["KUBECACHEDIR"] = Path.Combine(directory, ".cache");
        start.Environment.Remove("POD_NAMESPACE");
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{binary} did not start");
        if (command.InputFile is { } input)
        {
            process.StandardInput.Write(File.ReadAllText(Path.Combine(directory, input)));
        }

        process.StandardInput.Close();
        return new Kubectl(process);
    }

    /// <summary>Waits for its end; one that does not end is ended, which shows in the exit code.</summary>
    public async Task<CommandResult> EndAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(cancellationToken);
        }

        await _reading;
        return new CommandResult(_process.ExitCode, Output, await _error);
    }

    /// <summary>Ends it at once, and answers what it has printed as a success: it was told to end.</summary>
    public async Task<CommandResult> StopAsync(CancellationToken cancellationToken)
    {
        var ended = _process.HasExited;
        if (!ended)
        {
            _process.Kill(entireProcessTree: true);
        }

        var result = await EndAsync(cancellationToken);
        return ended ? result : result with { ExitCode = 0 };
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

    private async Task ReadOutputAsync()
    {
        var buffer = new char[4096];
        int count;
        while ((count = await _process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_gate)
            {
                _output.Append(buffer, 0, count);
            }
        }
    }
}
