using System.CommandLine;
using System.IO.Pipelines;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache export</c>: a model out of a store.</summary>
internal static class CacheExportCommand
{
    private const string StandardOutput = "-";

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var model = new Argument<string>("model") { Description = "A key, a source, a Model's name or the name of a file" };
        var folder = new Argument<string>("folder") { Description = "Where to put the files, or - to write a tar archive to standard output" };
        var hub = new Option<bool>("--hub-cache") { Description = "Lay the folder out as the cache of Hugging Face's clients, so that they find the model there" };
        var command = new Command("export", "Copy a model out of the store, verified\n\nExamples:\n  llmkube cache export llama.gguf /media/usb\n  llmkube cache export llama.gguf - > llama.tar\n  llmkube cache export hf://org/model ~/.cache/huggingface/hub --hub-cache") { model, folder, hub };
        StoreRunner.Bind(command, context, common, store, mayMake: false, OnFolderAsync, OnClaimAsync);
        return command;

        async Task<int> OnFolderAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            var found = stored.Find(parsed.GetValue(model)!);
            if (parsed.GetValue(folder) == StandardOutput)
            {
                await using var output = Terminal.OpenOutput();
                await ModelArchive.WriteAsync(stored.Store.Layout, found, output, cancellationToken);
                return ExitCodes.Ok;
            }

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
        }

        async Task<int> OnClaimAsync(ClaimStore claim, ParseResult parsed, CancellationToken cancellationToken)
        {
            if (parsed.GetValue(hub))
            {
                throw new CommandFailure("--hub-cache works on a store of this machine.", "Export the model to a folder, import that with --store, and export it from there.", ExitCodes.Usage);
            }

            var pod = new ClaimCommand(claim, context);
            var arguments = RemoteArguments.Of(parsed, [.. store.Claims.All, store.Store], [parsed.GetValue(model)!, StandardOutput]);
            if (parsed.GetValue(folder) == StandardOutput)
            {
                await using var output = Terminal.OpenOutput();
                return await pod.RunAsync(arguments, secret: null, input: null, output, cancellationToken);
            }

            return await UnpackAsync(pod, arguments, context.FullPath(parsed.GetValue(folder)!), context.Terminal, cancellationToken);
        }
    }

    private static async Task<int> UnpackAsync(ClaimCommand pod, IReadOnlyList<string> arguments, string folder, Terminal terminal, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var counted = new CountedStream(pipe.Reader.AsStream(), new ProgressLine(terminal, "export"), total: null);
        var sending = SendAsync();
        var failure = await ModelExporter.UnpackAsync(counted, folder, async () => await sending == ExitCodes.Ok, cancellationToken);
        await pipe.Reader.CompleteAsync();
        counted.End();
        if (await sending is not ExitCodes.Ok and var code)
        {
            return code;
        }

        if (failure is not null)
        {
            throw Fetching.Explain(failure);
        }

        terminal.Say($"Exported {ByteSize.Format(counted.Count)} to {folder}.");
        return ExitCodes.Ok;

        async Task<int> SendAsync()
        {
            try
            {
                return await pod.RunAsync(arguments, secret: null, input: null, pipe.Writer.AsStream(leaveOpen: true), cancellationToken);
            }
            finally
            {
                await pipe.Writer.CompleteAsync();
            }
        }
    }
}
