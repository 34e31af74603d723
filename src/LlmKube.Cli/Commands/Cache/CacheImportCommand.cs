using System.CommandLine;
using System.IO.Pipelines;
using LlmKube.Cli.Attached;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache import</c>: a model into a store as if it had been fetched.</summary>
internal static class CacheImportCommand
{
    private const string StandardInput = "-";

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var path = new Argument<string>("path") { Description = "A file, a folder, or - for standard input" };
        var name = new Option<string>("--as") { Description = "The source that Models name it by, an id of the catalog, or a name of one's own", HelpName = "source", Required = true };
        var sha256 = new Option<string?>("--sha256") { Description = "Digest that it must have", HelpName = "hex" };
        var link = new Option<bool>("--link") { Description = "Share the bytes with the original instead of copying them; the original must not be changed any more" };
        var file = new Option<string?>("--file-name") { Description = "Name of the file that standard input is (default: the end of --as)", HelpName = "name" };
        var revision = new Option<string?>("--revision") { Description = "Revision that it is of, where it comes as an archive and that is known", HelpName = "name" };
        var archive = new Option<bool>("--archive") { Description = "Standard input is a tar archive of the model's folder" };
        var command = new Command(
            "import",
            "Put a file or folder into the store as if it had been fetched\n\nA Model whose source is what --as says is then served without any connection.\n\nExamples:\n  llmkube cache import /media/usb/llama.gguf --as hf://org/model/llama.gguf\n  tar -xO -f models.tar llama.gguf | llmkube cache import - --as s3://models/llama.gguf --sha256 …\n  llmkube cache import /media/usb/llama.gguf --as s3://models/llama.gguf -n team-a") { path, name, sha256, link, file, archive, revision };
        StoreRunner.Bind(command, context, common, store, mayMake: true, OnFolderAsync, OnClaimAsync);
        return command;

        async Task<int> OnFolderAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var models = store.Open(parsed, context);
            var text = await Catalogs.SourceOfAsync(parsed.GetValue(name)!, parsed, context, common, store.Claims.Namespace, cancellationToken);
            var wanted = parsed.GetValue(sha256);
            var from = parsed.GetValue(path)!;
            var stored = (from == StandardInput, parsed.GetValue(archive), parsed.GetValue(link)) switch
            {
                (true, true, _) => await FromArchiveAsync(models, text, wanted, parsed.GetValue(revision), context.Terminal, cancellationToken),
                (true, false, _) => await FromInputAsync(models, text, parsed.GetValue(file), wanted, context.Terminal, cancellationToken),
                (false, _, true) => await SharedAsync(models, context.FullPath(from), text, wanted, cancellationToken),
                _ => await Fetching.RunAsync(
                    store.Fetcher(parsed, context, models),
                    new FetchRequest(new ModelSource.Local(context.FullPath(from)), text) { Sha256 = wanted, Refresh = true },
                    context.Terminal, cancellationToken),
            };
            context.Terminal.Say($"Imported as {Redact.Source(text)}: {ByteSize.Format(stored.Model.SizeBytes)}, key {stored.Model.Key}.");
            context.Terminal.Out.WriteLine(models.Layout.ModelFolder(stored.Model.Key));
            await StoreChange.LeaveStoredAsync(context, models.Layout, stored.Model, cancellationToken);
            return ExitCodes.Ok;
        }

        async Task<int> OnClaimAsync(ClaimStore claim, ParseResult parsed, CancellationToken cancellationToken)
        {
            if (parsed.GetValue(link))
            {
                throw new CommandFailure("--link shares bytes with a file of this machine, and the store is a claim.", "Import it without --link, and it is sent.", ExitCodes.Usage);
            }

            var text = await Catalogs.SourceOfAsync(parsed.GetValue(name)!, parsed, context, common, store.Claims.Namespace, cancellationToken);
            var said = RemoteArguments.Of(parsed, [.. store.Claims.All, store.Store, name, file, archive], [StandardInput]);
            return await SendAsync(new ClaimCommand(claim, context), parsed.GetValue(path)!, [.. said, $"--as={text}"], parsed.GetValue(file), parsed.GetValue(archive), context, cancellationToken);
        }
    }

    /// <summary>Sends standard input, a file, or a folder as an archive, to the same command in a pod.</summary>
    private static async Task<int> SendAsync(ClaimCommand pod, string path, IReadOnlyList<string> said, string? fileName, bool isArchive, CommandContext context, CancellationToken cancellationToken)
    {
        if (path == StandardInput)
        {
            await using var input = context.Terminal.OpenInput();
            return await pod.RunAsync([.. said, .. isArchive ? ["--archive"] : Named(fileName)], secret: null, input, output: null, cancellationToken);
        }

        var full = context.FullPath(path);
        if (Directory.Exists(full))
        {
            var pipe = new Pipe();
            await using var folder = new CountedStream(pipe.Reader.AsStream(), new ProgressLine(context.Terminal, Path.GetFileName(full)), ModelArchive.FilesOf(full).Sum(one => one.Length));
            var packing = PipedStream.FillAsync(pipe.Writer, stream => ModelArchive.WriteFolderAsync(full, stream, cancellationToken));
            var code = await pod.RunAsync([.. said, "--archive"], secret: null, folder, output: null, cancellationToken);
            await pipe.Reader.CompleteAsync();
            await packing;
            return code;
        }

        if (!File.Exists(full))
        {
            throw new CommandFailure($"There is no file at {full} to import.", exitCode: ExitCodes.NotFound);
        }

        await using var file = new CountedStream(File.OpenRead(full), new ProgressLine(context.Terminal, Path.GetFileName(full)), new FileInfo(full).Length);
        return await pod.RunAsync([.. said, .. Named(fileName ?? Path.GetFileName(full))], secret: null, file, output: null, cancellationToken);
    }

    private static string[] Named(string? fileName) => fileName is null ? [] : [$"--file-name={fileName}"];

    private static async Task<FetchResult.Stored> FromInputAsync(ModelStore models, string text, string? fileName, string? sha256, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = fileName ?? text.TrimEnd('/').Split('/', ':', '@')[^1];
        if (models.Layout.ModelFile(CacheKey.Of(text), name) is null || name.Contains('/', StringComparison.Ordinal))
        {
            throw new CommandFailure($"'{name}' is no name of a file.", "Name the file with --file-name.", ExitCodes.Usage);
        }

        await using var input = terminal.OpenInput();
        return Stored(await new ModelImporter(models).FromStreamAsync(input, name, CacheKey.Of(text), text, sha256, null, cancellationToken));
    }

    private static async Task<FetchResult.Stored> FromArchiveAsync(ModelStore models, string text, string? sha256, string? revision, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var input = terminal.OpenInput();
        return Stored(await new ModelImporter(models).FromArchiveAsync(input, CacheKey.Of(text), text, sha256, cancellationToken, revision));
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
