using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube chat NAME [PROMPT]</c>: asks a service and streams its answer.</summary>
internal static class ChatCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service" };
        var prompt = new Argument<string?>("prompt") { Description = "What to say; without it, a conversation line by line", Arity = ArgumentArity.ZeroOrOne };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Longest answer", DefaultValueFactory = _ => 512 };
        var system = new Option<string?>("--system") { Description = "System message" };
        var ns = CommonOptions.Namespace();
        var command = new Command("chat", "Talk to a service; the answer streams\n\nExamples:\n  llmkube chat demo \"Hello\"\n  llmkube chat demo") { name, prompt, maxTokens, system, ns };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var key = new ObjectKey(connection.Namespace, parsed.GetValue(name)!);
            var service = await connection.Client.Of<InferenceService>().FindAsync(key, cancellationToken)
                ?? throw new CommandFailure($"There is no service {key}.", "llmkube list -A shows what there is.", ExitCodes.NotFound);
            using var route = ChatRoute.To(service, connection.Client);
            var conversation = new Conversation(service, route, parsed.GetValue(system), parsed.GetValue(maxTokens));
            if (parsed.GetValue(prompt) is { } once)
            {
                await conversation.AskAsync(once, context.Terminal.Out, cancellationToken);
                return ExitCodes.Ok;
            }

            context.Terminal.Say("An empty line or Ctrl-D ends the conversation.");
            while (true)
            {
                if (Terminal.InputIsTerminal)
                {
                    context.Terminal.SayMarkup("[bold]>[/]");
                }

                if (Terminal.ReadLine() is not { Length: > 0 } line)
                {
                    return ExitCodes.Ok;
                }

                await conversation.AskAsync(line, context.Terminal.Out, cancellationToken);
            }
        });
        return command;
    }
}
