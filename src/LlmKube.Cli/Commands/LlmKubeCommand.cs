using System.CommandLine;
using LlmKube.Cli.Commands.Bundles;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Commands.Import;
using LlmKube.Cli.Commands.Inspect;
using LlmKube.Cli.Commands.Install;
using LlmKube.Cli.Commands.Local;
using LlmKube.Cli.Commands.Repositories;
using LlmKube.Cli.Commands.Roles;
using LlmKube.Cli.Commands.Services;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hub;

namespace LlmKube.Cli.Commands;

/// <summary>The whole command line: one line a command.</summary>
internal static class LlmKubeCommand
{
    public static RootCommand Build(CommandContext context)
    {
        var common = new CommonOptions();
        var root = new RootCommand("Large language models on hardware you own, with or without a cluster.");
        root.Options.Add(common.Kubeconfig);
        root.Options.Add(common.Context);
        root.Options.Add(common.Debug);
        root.Subcommands.Add(UpCommand.Build(context, common));
        root.Subcommands.Add(DownCommand.Build(context, common));
        root.Subcommands.Add(RuntimeCommand.Build(context, common));
        root.Subcommands.Add(ModelTinyCommand.Build(context, common));
        root.Subcommands.Add(DeployCommand.Build(context, common));
        root.Subcommands.Add(FetchCommand.Build(context, common));
        root.Subcommands.Add(CacheCommand.Build(context, common));
        root.Subcommands.Add(PushCommand.Build(context, common));
        root.Subcommands.Add(PushCommand.BuildPackage(context, common));
        root.Subcommands.Add(PullCommand.Build(context, common));
        root.Subcommands.Add(SignCommand.Build(context, common));
        root.Subcommands.Add(RepoCommand.Build(context, common));
        root.Subcommands.Add(RolloutCommand.Build(context, common));
        root.Subcommands.Add(CatalogCommand.Build(context, common));
        root.Subcommands.Add(ImportCommand.Build(context, common));
        root.Subcommands.Add(InspectCommand.Build(context, common));
        root.Subcommands.Add(new Command("bundle", "Carry images and models to a site without a way out") { BundleCreateCommand.Build(context, common), BundleLoadCommand.Build(context, common), BundleLoadCommand.BuildShow(context, common) });
        root.Subcommands.Add(ListCommand.Build(context, common));
        root.Subcommands.Add(QueueCommand.Build(context, common));
        root.Subcommands.Add(StatusCommand.Build(context, common));
        root.Subcommands.Add(LogsCommand.Build(context, common));
        root.Subcommands.Add(ChatCommand.Build(context, common));
        root.Subcommands.Add(ScaleCommand.Build(context, common));
        root.Subcommands.Add(DeleteCommand.Build(context, common));
        root.Subcommands.Add(InstallCommand.Build(context, common));
        root.Subcommands.Add(InstallCommand.BuildUpgrade(context, common));
        root.Subcommands.Add(UninstallCommand.Build(context, common));
        root.Subcommands.Add(OperatorCommand.Build(context, common));
        root.Subcommands.Add(RouterCommand.Build(context, common));
        root.Subcommands.Add(HubCommand.Build(context, common));
        root.Subcommands.Add(VersionCommand.Build(context, common));
        root.Subcommands.Add(CompletionCommand.Build(context, common));
        return root;
    }

    /// <summary>Parses and runs; the exit code is one of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(string[] args, CommandContext context, CancellationToken cancellationToken)
    {
        var parsed = Build(context).Parse(args);

        // A list of commands says of each what it does; its examples are in its own help.
        foreach (var command in parsed.CommandResult.Command.Subcommands)
        {
            command.Description = command.Description?.Split('\n')[0];
        }

        var output = new InvocationConfiguration
        {
            Output = context.Terminal.Out,
            Error = context.Terminal.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        var code = await parsed.InvokeAsync(output, cancellationToken);
        return parsed.Errors.Count > 0 && code == ExitCodes.Failed ? ExitCodes.Usage : code;
    }
}
