using LlmKube.Cli;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Console;

return await LlmKubeCommand.RunAsync(args, new CommandContext { Terminal = Terminal.OfProcess() }, CancellationToken.None);
