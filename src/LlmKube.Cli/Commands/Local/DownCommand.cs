using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Local;

namespace LlmKube.Cli.Commands.Local;

/// <summary><c>llmkube down</c>: stops the LLMKube that runs for this home. What was deployed is kept.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var command = new Command("down", "Stop the LLMKube that llmkube up started on this machine; what was deployed is kept");
        Runner.Bind(command, context, common, (_, cancellationToken) => RunAsync(context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (RunState.Find(context.Home) is not { } state)
        {
            context.Terminal.Say($"LLMKube is not running for {context.Home}.");
            return ExitCodes.Ok;
        }

        using var process = Process.GetProcessById(state.Pid);
        using (var kill = Process.Start(new ProcessStartInfo("/bin/kill", ["-TERM", state.Pid.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false }))
        {
            await (kill?.WaitForExitAsync(cancellationToken) ?? Task.CompletedTask);
        }

        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(s_patience, context.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CommandFailure($"LLMKube (process {state.Pid}) has not ended within {s_patience.TotalSeconds:0} s.", $"It may still finish a request. To end it at once: kill -KILL {state.Pid}", ExitCodes.TimedOut);
        }

        context.Terminal.Say("LLMKube is stopped.");
        return ExitCodes.Ok;
    }
}
