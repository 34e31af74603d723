using System.Runtime.InteropServices;
using LlmKube.Cli;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Console;

// The first Ctrl-C (or termination) asks the command to end; the second is the system's own, and ends it at once.
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await LlmKubeCommand.RunAsync(args, new CommandContext { Terminal = Terminal.OfProcess() }, stopping.Token);

void Stop(PosixSignalContext signal)
{
    if (!stopping.IsCancellationRequested)
    {
        signal.Cancel = true;
        stopping.Cancel();
    }
}
