using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Models.Repositories;
using Spectre.Console;

namespace LlmKube.Cli.Commands;

/// <summary>Runs a command's work and turns what it throws into a sentence, a hint and an exit code.</summary>
internal static class Runner
{
    /// <summary>Binds <paramref name="run"/> to <paramref name="command"/>.</summary>
    public static void Bind(Command command, CommandContext context, CommonOptions common, Func<ParseResult, CancellationToken, Task<int>> run) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(common.Debug), () => run(parsed, cancellationToken), cancellationToken));

    internal static async Task<int> RunAsync(CommandContext context, bool debug, Func<Task<int>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Cancelled;
        }
        catch (Exception e) when (Explain(e) is { } failure)
        {
            Show(context.Terminal, failure, debug ? e : null);
            return failure.ExitCode;
        }
        catch (Exception e)
        {
            Show(context.Terminal, new CommandFailure($"{e.GetType().Name}: {e.Message}", "This should not have happened. Run the command again with --debug and report what it shows."), debug ? e : null);
            return ExitCodes.Failed;
        }
    }

    private static CommandFailure? Explain(Exception exception) => exception switch
    {
        CommandFailure failure => failure,
        RepositoryException repository => Fetching.Explain(repository.Failure),
        ApiException { IsNotFound: true } api => new CommandFailure(api.Message, exitCode: ExitCodes.NotFound),
        ApiException { IsForbidden: true } or ApiException { IsUnauthorized: true } =>
            new CommandFailure(exception.Message, "Check the user of your kubeconfig, and what it may do: kubectl auth can-i --list.", ExitCodes.NotAllowed),
        ApiException api => new CommandFailure(api.Message),
        HttpRequestException => new CommandFailure(
            $"The API server does not answer: {exception.InnerException?.Message ?? exception.Message}",
            "Start LLMKube on this machine with llmkube up, or choose a cluster with --kubeconfig or --context."),
        IOException or UnauthorizedAccessException => new CommandFailure(exception.Message),
        _ => null,
    };

    private static void Show(Terminal terminal, CommandFailure failure, Exception? debug)
    {
        terminal.Error.MarkupLine($"[red]Error:[/] {Markup.Escape(failure.Message)}");
        if (failure.Hint is not null)
        {
            terminal.Say(failure.Hint);
        }

        if (debug is not null)
        {
            terminal.Say(debug.ToString());
        }
    }
}
