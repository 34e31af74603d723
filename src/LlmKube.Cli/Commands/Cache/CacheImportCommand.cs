using System.CommandLine;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache preload</c>, <c>import</c> and <c>export</c>: models into and out of a store.</summary>
internal static class CacheImportCommand
{
    private const string StandardInput = "-";

    public static Command BuildPreload(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var source = new Argument<string>("source") { Description = "An id of the catalog, or any form of spec.source" };
        var sha256 = new Option<string?>("--sha256") { Description = "Digest that one of the files must have", HelpName = "hex" };
        var noWait = new Option<bool>("--no-wait") { Description = "Fetch in the background and return at once" };
        var command = new Command("preload", "Fetch a model before it is deployed\n\nExamples:\n  llmkube cache preload hf://org/model/model.gguf\n  llmkube cache preload s3://models/llama.gguf --no-wait") { source, sha256, noWait };
        store.AddFetchingTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var found = Fetching.Parse(parsed.GetValue(source)!, context);
            if (parsed.GetValue(noWait))
            {
                var log = BackgroundFetch.Start(found.Text, store.RootOf(parsed, context), parsed.GetValue(sha256), context);
                context.Terminal.Say($"Fetching {found.Source} in the background; it tells of itself in {log}");
                return ExitCodes.Ok;
            }

            var models = store.Open(parsed, context);
            var request = new FetchRequest(found.Source, found.Text) { Connect = store.Connect(parsed, context), Sha256 = parsed.GetValue(sha256) };
            await Fetching.RunAsync(store.Fetcher(parsed, context, models), request, context.Terminal, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildImport(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var path = new Argument<string>("path") { Description = "A file, a folder, or - for standard input" };
        var name = new Option<string>("--as") { Description = "The source that Models name it by, an id of the catalog, or a name of one's own", HelpName = "source", Required = true };
        var sha256 = new Option<string?>("--sha256") { Description = "Digest that it must have", HelpName = "hex" };
        var link = new Option<bool>("--link") { Description = "Share the bytes with the original instead of copying them; the original must not be changed any more" };
        var file = new Option<string?>("--file-name") { Description = "Name of the file that standard input is (default: the end of --as)", HelpName = "name" };
        var command = new Command(
            "import",
            "Put a file or folder into the store as if it had been fetched\n\nA Model whose source is what --as says is then served without any connection.\n\nExamples:\n  llmkube cache import /media/usb/llama.gguf --as hf://org/model/llama.gguf\n  tar -xO -f models.tar llama.gguf | llmkube cache import - --as s3://models/llama.gguf --sha256 …") { path, name, sha256, link, file, store.Store };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var models = store.Open(parsed, context);
            var text = Catalogs.Load(context).Find(parsed.GetValue(name)!)?.Source ?? parsed.GetValue(name)!;
            var stored = parsed.GetValue(path) == StandardInput
                ? await FromInputAsync(models, text, parsed.GetValue(file), parsed.GetValue(sha256), cancellationToken)
                : parsed.GetValue(link)
                    ? await SharedAsync(models, context.FullPath(parsed.GetValue(path)!), text, parsed.GetValue(sha256), cancellationToken)
                    : await Fetching.RunAsync(
                        store.Fetcher(parsed, context, models),
                        new FetchRequest(new ModelSource.Local(context.FullPath(parsed.GetValue(path)!)), text) { Sha256 = parsed.GetValue(sha256), Refresh = true },
                        context.Terminal, cancellationToken);
            context.Terminal.Say($"Imported as {Redact.Source(text)}: {ByteSize.Format(stored.Model.SizeBytes)}, key {stored.Model.Key}.");
            context.Terminal.Out.WriteLine(models.Layout.ModelFolder(stored.Model.Key));
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildExport(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var model = new Argument<string>("model") { Description = "A key, a source, a Model's name or the name of a file" };
        var folder = new Argument<string>("folder") { Description = "Where to put the files" };
        var hub = new Option<bool>("--hub-cache") { Description = "Lay the folder out as the cache of Hugging Face's clients, so that they find the model there" };
        var command = new Command("export", "Copy a model out of the store, verified\n\nExamples:\n  llmkube cache export llama.gguf /media/usb\n  llmkube cache export hf://org/model ~/.cache/huggingface/hub --hub-cache") { model, folder, hub, store.Store };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            var found = stored.Find(parsed.GetValue(model)!);
            var target = context.FullPath(parsed.GetValue(folder)!);
            var problem = parsed.GetValue(hub)
                ? await HubCacheExporter.ExportAsync(stored.Store.Layout, found, target, cancellationToken)
                : await ModelExporter.ExportAsync(stored.Store.Layout, found, target, null, cancellationToken);
            if (problem is not null)
            {
                throw new CommandFailure(problem, exitCode: ExitCodes.Blocked);
            }

            context.Terminal.Say($"Exported {StoredModels.NameOf(found)} ({ByteSize.Format(found.SizeBytes)}) to {target}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<FetchResult.Stored> FromInputAsync(ModelStore models, string text, string? fileName, string? sha256, CancellationToken cancellationToken)
    {
        var name = fileName ?? text.TrimEnd('/').Split('/', ':', '@')[^1];
        if (models.Layout.ModelFile(CacheKey.Of(text), name) is null || name.Contains('/', StringComparison.Ordinal))
        {
            throw new CommandFailure($"'{name}' is no name of a file.", "Name the file with --file-name.", ExitCodes.Usage);
        }

        await using var input = Terminal.OpenInput();
        return Stored(await new ModelImporter(models).FromStreamAsync(input, name, CacheKey.Of(text), text, sha256, null, cancellationToken));
    }

    private static async Task<FetchResult.Stored> SharedAsync(ModelStore models, string path, string text, string? sha256, CancellationToken cancellationToken)
    {
        if (sha256 is not null && File.Exists(path) && await StoreVerifier.HashAsync(path, null, cancellationToken) is var digest && !digest.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw Fetching.Explain(new ModelFailure(FailureKind.Invalid, $"{path} hashes to {digest}, not to {sha256} as asked for. Nothing was stored."));
        }

        return Stored(await new ModelImporter(models).ShareAsync(path, CacheKey.Of(text), text, cancellationToken));
    }

    private static FetchResult.Stored Stored(FetchResult result) => result is FetchResult.Failed failed ? throw Fetching.Explain(failed.Failure) : (FetchResult.Stored)result;
}
