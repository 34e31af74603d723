using System.Diagnostics;
using LlmKube.Cli.Console;
using LlmKube.Local;

namespace LlmKube.Cli.Commands.Local;

/// <summary>Starts <c>llmkube up</c> in a session of its own and waits until it is ready.</summary>
internal static class DetachedStart
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private const int LinesOfLog = 15;

    public static async Task<int> RunAsync(UpOptions options, CommandContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        if (RunState.Find(context.Home) is { } running)
        {
            terminal.Say($"LLMKube is up already (process {running.Pid}): models at {running.Router}v1.");
            return ExitCodes.Ok;
        }

        Directory.CreateDirectory(context.Home);
        var log = Path.Combine(context.Home, "up.log");
        using var child = Start(options, log);
        var deadline = context.Time.GetUtcNow() + s_patience;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), context.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (RunState.Find(context.Home) is { } state && state.Pid == child.Id)
            {
                terminal.Say($"LLMKube is up (process {state.Pid}): models at {state.Router}v1, kubeconfig {state.KubeConfig}, log {log}. llmkube down stops it.");
                return ExitCodes.Ok;
            }

            if (child.HasExited || context.Time.GetUtcNow() > deadline)
            {
                var tail = File.Exists(log) ? File.ReadLines(log).TakeLast(LinesOfLog) : [];
                throw new CommandFailure(
                    child.HasExited ? $"LLMKube ended at its start with exit code {child.ExitCode}:\n{string.Join('\n', tail)}" : $"LLMKube did not become ready within {s_patience.TotalSeconds:0} s.",
                    $"The whole log: {log}");
            }
        }

        return ExitCodes.Cancelled;
    }

    private static Process Start(UpOptions options, string log)
    {
        var self = Environment.ProcessPath ?? throw new CommandFailure("The path of llmkube itself is not known, so it cannot start itself in the background.");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("""log=$1; shift; setsid=$(command -v setsid || true); exec $setsid "$@" >"$log" 2>&1 </dev/null""");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(log);
        start.ArgumentList.Add(self);
        start.ArgumentList.Add("up");
        foreach (var argument in options.ToArguments())
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new CommandFailure("The background process did not start.");
    }
}
