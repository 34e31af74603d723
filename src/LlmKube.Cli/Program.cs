using System.Runtime.InteropServices;
using LlmKube.Cli;
using LlmKube.Cli.Attached;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Console;

// The first Ctrl-C (or termination) asks the command to end; the second is the system's own, and ends it at once.
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

// In a pod that a command line is attached to, the person's terminal is at the other end.
Greeting? greeting = null;
if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Greeting.Variable)))
{
    greeting = await Greeting.ReadAsync(Terminal.OpenProcessInput(), TimeProvider.System, stopping.Token);
    if (greeting is null)
    {
        return ExitCodes.Cancelled;
    }
}

return await LlmKubeCommand.RunAsync(args, new CommandContext { Terminal = Terminal.OfProcess(greeting), Greeting = greeting }, stopping.Token);

void Stop(PosixSignalContext signal)
{
    if (!stopping.IsCancellationRequested)
    {
        signal.Cancel = true;
        stopping.Cancel();
    }
}
