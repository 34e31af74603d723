using System.CommandLine;
using LlmKube.Cli.Attached;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Console;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache preload</c>: a model in the store before anyone asks for it.</summary>
internal sealed class CachePreloadCommand(CommandContext context, CommonOptions common)
{
    private readonly StoreOptions _store = new();
    private readonly Argument<string> _source = new("source") { Description = "An id of the catalog, or any form of spec.source" };
    private readonly Option<string?> _sha256 = new("--sha256") { Description = "Digest that one of the files must have", HelpName = "hex" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Fetch in the background and return at once" };

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var preload = new CachePreloadCommand(context, common);
        var command = new Command("preload", "Fetch a model before it is deployed\n\nExamples:\n  llmkube cache preload hf://org/model/model.gguf\n  llmkube cache preload s3://models/llama.gguf --no-wait\n  llmkube cache preload s3://models/llama.gguf -n team-a --secret s3-credentials")
        {
            preload._source, preload._sha256, preload._noWait, preload._store.Claims.Secret,
        };
        preload._store.AddFetchingTo(command);
        StoreRunner.Bind(command, context, common, preload._store, mayMake: true, preload.OnFolderAsync, preload.OnClaimAsync);
        return command;
    }

    private async Task<int> OnFolderAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var found = Fetching.Parse(await Catalogs.SourceOfAsync(parsed.GetValue(_source)!, parsed, context, common, _store.Claims.Namespace, cancellationToken), context);
        if (parsed.GetValue(_store.Claims.Secret) is not null)
        {
            throw new CommandFailure("--secret names a Secret of a cluster, and the store is a folder of this machine.", "Use --credentials with a folder, or --claim.", ExitCodes.Usage);
        }

        if (parsed.GetValue(_noWait))
        {
            var log = BackgroundFetch.Start(found.Text, _store.RootOf(parsed, context), parsed.GetValue(_sha256), context);
            context.Terminal.Say($"Fetching {found.Source} in the background; it tells of itself in {log}");
            return ExitCodes.Ok;
        }

        var models = _store.Open(parsed, context);
        var request = new FetchRequest(found.Source, found.Text) { Connect = _store.Connect(parsed, context), Sha256 = parsed.GetValue(_sha256) };
        var stored = await Fetching.RunAsync(_store.Fetcher(parsed, context, models), request, context.Terminal, cancellationToken);
        await StoreChange.LeaveStoredAsync(context, models.Layout, stored.Model, cancellationToken);
        return ExitCodes.Ok;
    }

    private async Task<int> OnClaimAsync(ClaimStore claim, ParseResult parsed, CancellationToken cancellationToken)
    {
        var found = Fetching.Parse(await Catalogs.SourceOfAsync(parsed.GetValue(_source)!, parsed, context, common, _store.Claims.Namespace, cancellationToken), context);
        if (found.Source is ModelSource.Local)
        {
            throw new CommandFailure($"{found.Source} is a path of this machine, which a pod cannot read.", $"Send it: llmkube cache import {found.Source} --as <source>", ExitCodes.Usage);
        }

        if (parsed.GetValue(_store.Credentials) is not null)
        {
            throw new CommandFailure("--credentials names a folder of this machine, which a pod cannot read.", "Put them into a Secret and use --secret.", ExitCodes.Usage);
        }

        Option[] leftOut = [.. _store.Claims.All, _store.Store, _noWait];
        var (pod, secret) = (new ClaimCommand(claim, context), parsed.GetValue(_store.Claims.Secret));
        var arguments = RemoteArguments.Of(parsed, leftOut, [found.Text]);
        if (!parsed.GetValue(_noWait))
        {
            return await pod.RunAsync(arguments, secret, input: null, output: null, cancellationToken);
        }

        // The same words, as the command that init containers run: "cache preload X" is "fetch X".
        var job = $"llmkube-preload-{found.CacheKey}";
        context.Terminal.Say(await pod.LeaveAsync(job, ["fetch", .. arguments.Skip(2), "--json"], secret, cancellationToken)
            ? $"The Job {job} fetches it: kubectl logs -n {claim.Namespace} -f job/{job}"
            : $"The Job {job} is there already: kubectl logs -n {claim.Namespace} -f job/{job}");
        return ExitCodes.Ok;
    }
}
