using System.CommandLine;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Commands.Repositories;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Models.Backends.HuggingFace;

namespace LlmKube.Cli.Hub;

/// <summary><c>llmkube hub serve</c>: a mirror of the Hugging Face Hub for a site without a way out.</summary>
internal static class HubCommand
{
    public static Command Build(CommandContext context, CommonOptions common) => new("hub", "Serve models as the Hugging Face Hub does") { BuildServe(context, common) };

    private static Command BuildServe(CommandContext context, CommonOptions common)
    {
        var address = new Option<string>("--bind-address") { Description = "Where requests are taken", HelpName = "address", DefaultValueFactory = _ => ":8086" };
        var repository = new Option<string?>("--repository") { Description = "Repository to serve: a folder, s3://, oci://, or the name of a ModelRepository; a model org--name is served as org/name", HelpName = "place" };
        var tokens = new Option<string?>("--tokens") { Description = "File with the tokens of those who may read, one in each line (default: everyone may)", HelpName = "file" };
        var through = new Option<bool>("--fetch-through") { Description = "Fetch what is missing from HF_ENDPOINT into the store, and serve it" };
        var store = new StoreOptions();
        var command = new Command(
            "serve",
            "Answer clients of the Hugging Face Hub from the model store and a repository\n\nvLLM, transformers, llama.cpp and hf download work unchanged with HF_ENDPOINT set to this address.\n\nExamples:\n  llmkube hub serve\n  llmkube hub serve --repository s3://models --tokens /etc/llmkube/tokens\n  HF_ENDPOINT=http://hub.site:8086 hf download org/model")
        { address, repository, tokens, through };
        command.Options.Add(store.Store);
        var places = new RepoPlaces(context, common);
        places.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var listen = ProbeServer.Parse(parsed.GetValue(address)!, address.Name) ?? throw new CommandFailure("The Hub needs an address.", "Write :8086.", ExitCodes.Usage);
            var models = store.Open(parsed, context);
            await using var shelf = parsed.GetValue(repository) is { } place
                ? new RepositoryShelf(await places.OpenAsync(place, parsed, cancellationToken), (source, ending) => places.ConnectAsync(source, parsed, ending))
                : null;
            var hub = new HuggingFaceBackend(SourceAccess.NetworkOf(context), HuggingFaceOptions.FromEnvironment(context.Environment), context.Time);
            IHubShelf[] shelves =
            [
                new StoreShelf(models),
                .. shelf is null ? Array.Empty<IHubShelf>() : [shelf],
                .. parsed.GetValue(through) ? [new UpstreamShelf(hub, store.Connect(parsed, context), store.Fetcher(parsed, context, models), models)] : Array.Empty<IHubShelf>(),
            ];
            await using var server = await HubServer.StartAsync(listen, shelves, ReadTokens(parsed.GetValue(tokens), context), context.Terminal.Say, cancellationToken);
            context.Terminal.Say($"Serving at {server.Url}. Clients find it by HF_ENDPOINT={server.Url.ToString().TrimEnd('/')}");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string[] ReadTokens(string? file, CommandContext context)
    {
        if (file is null)
        {
            return [];
        }

        var tokens = File.ReadAllLines(context.FullPath(file)).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return tokens.Length > 0 ? tokens : throw new CommandFailure($"{file} has no token, and nobody could read.", "Write one into each line, or leave --tokens away.", ExitCodes.Usage);
    }
}
