using System.CommandLine;
using LlmKube.Agent.Engines;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands.Local;

/// <summary><c>llmkube runtime install</c>: gets llama-server for this machine when there is none.</summary>
internal static class RuntimeCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var force = new Option<bool>("--force") { Description = "Install even when there is one" };
        var install = new Command("install", "Get llama-server for this machine, unless there is one\n\nExample:\n  llmkube runtime install") { force };
        Runner.Bind(install, context, common, (parsed, cancellationToken) => InstallAsync(context, parsed.GetValue(force), cancellationToken));
        return new Command("runtime", "The engines that serve models on this machine") { install };
    }

    private static async Task<int> InstallAsync(CommandContext context, bool force, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        if (!force && LlamaServerLocator.Find(null, context.Home, context.Environment) is { } found)
        {
            terminal.Say($"llama-server is there: {found.Executable}");
            return ExitCodes.Ok;
        }

        switch (await LlamaServerInstaller.InstallAsync(context.Home, terminal.Say, cancellationToken))
        {
            case InstallResult.Installed installed:
                terminal.Say($"llama-server {installed.Launch.Version} is installed below {context.Home}.");
                return ExitCodes.Ok;
            case InstallResult.NotPossible impossible:
                throw new CommandFailure(impossible.Message, impossible.Hint, ExitCodes.Blocked);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
