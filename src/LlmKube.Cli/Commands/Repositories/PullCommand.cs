using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube pull</c>: a model out of a registry, into the store and from there to a folder.</summary>
internal static class PullCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = "oci://registry/path/name:tag" };
        var output = new Option<string?>("--output", "-o") { Description = "Folder that gets the files as well", HelpName = "folder" };
        var store = new StoreOptions();
        var command = new Command("pull", "Bring a model from a registry into the store, verified, and to a folder where one is named\n\nA tag that names something else by now brings that.\n\nExample:\n  llmkube pull oci://registry.site/models/llama:v1 -o ./llama") { source, output };
        command.Options.Add(store.Store);
        store.AddFetchingTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var found = Fetching.Parse(parsed.GetValue(source)!, context);
            if (found.Source is not ModelSource.Oci)
            {
                throw new CommandFailure($"{found.Source} is in no registry.", "llmkube fetch brings it, wherever it is.", ExitCodes.Usage);
            }

            var models = store.Open(parsed, context);
            var request = new FetchRequest(found.Source, found.Text) { Connect = store.Connect(parsed, context), Refresh = true };
            var stored = await Fetching.RunAsync(store.Fetcher(parsed, context, models), request, context.Terminal, cancellationToken);
            if (parsed.GetValue(output) is not { } folder)
            {
                context.Terminal.Out.WriteLine(models.Layout.ModelFolder(stored.Model.Key));
                return ExitCodes.Ok;
            }

            if (await ModelExporter.ExportAsync(models.Layout, stored.Model, context.FullPath(folder), null, cancellationToken) is { } problem)
            {
                throw new CommandFailure(problem, exitCode: ExitCodes.Blocked);
            }

            context.Terminal.Say($"Wrote {ByteSize.Format(stored.Model.SizeBytes)} to {context.FullPath(folder)}.");
            context.Terminal.Out.WriteLine(context.FullPath(folder));
            return ExitCodes.Ok;
        });
        return command;
    }
}
