using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Formats.Safetensors;
using LlmKube.Models.Formats.Transformers;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Inspect;

/// <summary><c>llmkube inspect FILE</c>: what the header of a model says, without reading its weights.</summary>
internal static class InspectCommand
{
    private const string ConfigFile = "config.json";

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var model = new Argument<string>("model") { Description = "A GGUF or safetensors file, a folder, a model of the store, or a source such as oci://registry/llama:v1" };
        var metadata = new Option<bool>("--metadata") { Description = "List what the header says, key by key" };
        var tensors = new Option<bool>("--tensors") { Description = "List the tensors" };
        var size = new Option<long?>("--context-size") { Description = "Reckon the memory for this context", HelpName = "tokens" };
        var store = new StoreOptions();
        var output = CommonOptions.Output();
        var command = new Command("inspect", "Show what a model file says of itself: architecture, size, context, license, memory\n\nExamples:\n  llmkube inspect ./llama-3.1-8b.gguf --context-size 8192\n  llmkube inspect llama-3.1-8b.gguf --metadata\n  llmkube inspect ./model-folder --tensors -o json\n  llmkube inspect oci://registry.site/models/llama:v1") { model, metadata, tensors, size, store.Store, store.Credentials, output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            if (await IsElsewhereAsync(parsed.GetValue(model)!, store.Open(parsed, context), cancellationToken))
            {
                Print(context.Terminal, parsed.GetValue(output), await RemoteInspection.ReadAsync(parsed.GetValue(model)!, parsed.GetValue(size), store.Connect(parsed, context), context, cancellationToken), parsed.GetValue(metadata), parsed.GetValue(tensors));
                return ExitCodes.Ok;
            }

            var path = await FindAsync(parsed.GetValue(model)!, store, parsed, context, common, cancellationToken);
            var found = await ReadAsync(path, parsed.GetValue(size), cancellationToken);
            Print(context.Terminal, parsed.GetValue(output), found, parsed.GetValue(metadata), parsed.GetValue(tensors));
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>A registry is asked, because a tag may have moved; any other source only where the store has it not.</summary>
    private static async Task<bool> IsElsewhereAsync(string text, ModelStore store, CancellationToken cancellationToken) =>
        text.StartsWith("oci://", StringComparison.OrdinalIgnoreCase) || (text.Contains("://", StringComparison.Ordinal) && await store.FindAsync(CacheKey.Of(text), cancellationToken) is null);

    /// <summary>A path, or the folder or file of a model of the store.</summary>
    private static async Task<string> FindAsync(string text, StoreOptions store, ParseResult parsed, CommandContext context, CommonOptions common, CancellationToken cancellationToken)
    {
        if (Path.Exists(context.FullPath(text)))
        {
            return context.FullPath(text);
        }

        if (text.Contains('/', StringComparison.Ordinal) && !text.Contains(':', StringComparison.Ordinal) && (text.StartsWith('/') || text.StartsWith('.') || text.StartsWith('~')))
        {
            throw new CommandFailure($"There is nothing at {context.FullPath(text)}.", exitCode: ExitCodes.NotFound);
        }

        var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
        var found = stored.Find(text);
        var folder = stored.Store.Layout.ModelFolder(found.Key);
        return ModelEntry.FileOf(found, named: null) is { } file ? Path.Combine(folder, file) : folder;
    }

    private static async Task<Inspection> ReadAsync(string path, long? contextSize, CancellationToken cancellationToken)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)] : [path];
        if (files.FirstOrDefault(file => file.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) is { } gguf)
        {
            return await GgufAsync(gguf, contextSize, cancellationToken);
        }

        string[] weights = [.. files.Where(file => file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))];
        if (weights.Length > 0)
        {
            return await SafetensorsAsync(weights, cancellationToken);
        }

        return files.Length == 1
            ? await GgufAsync(files[0], contextSize, cancellationToken)
            : throw new CommandFailure($"{path} has neither a GGUF nor a safetensors file.", exitCode: ExitCodes.NotFound);
    }

    private static async Task<Inspection> GgufAsync(string path, long? contextSize, CancellationToken cancellationToken) => await GgufReader.ReadFileAsync(path, cancellationToken) switch
    {
        GgufReadResult.Read read => Inspection.Of(read.Header, contextSize),
        GgufReadResult.Failed failed => throw new CommandFailure($"{path}: {failed.Message}", exitCode: ExitCodes.Blocked),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static async Task<Inspection> SafetensorsAsync(string[] paths, CancellationToken cancellationToken)
    {
        var headers = new List<SafetensorsHeader>();
        foreach (var path in paths)
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024, FileOptions.Asynchronous);
            headers.Add(await SafetensorsReader.ReadAsync(stream, stream.Length, cancellationToken) switch
            {
                SafetensorsReadResult.Read read => read.Header,
                SafetensorsReadResult.Failed failed => throw new CommandFailure($"{path}: {failed.Message}", exitCode: ExitCodes.Blocked),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }

        var config = Path.Combine(Path.GetDirectoryName(paths[0])!, ConfigFile);
        return Inspection.Of(headers, paths.Sum(path => new FileInfo(path).Length), ReadConfig(config));
    }

    private static TransformersConfig? ReadConfig(string path) =>
        new FileInfo(path) is { Exists: true, Length: <= TransformersConfig.MostBytes } ? TransformersConfig.Parse(File.ReadAllBytes(path)) : null;

    private static void Print(Terminal terminal, OutputFormat format, Inspection found, bool metadata, bool tensors)
    {
        if (format is OutputFormat.Json or OutputFormat.Yaml)
        {
            var said = new JsonObject(found.Facts.Select(fact => KeyValuePair.Create(fact.Name, (JsonNode?)fact.Value)));
            if (found.Files.Count > 0)
            {
                said["fileList"] = new JsonArray([.. found.Files.Select(file => (JsonNode)new JsonObject { ["path"] = file.Path, ["bytes"] = file.SizeBytes, ["digest"] = file.Digest?.ToString() })]);
            }

            if (metadata)
            {
                said["metadata"] = new JsonObject(found.Metadata.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
            }

            if (tensors)
            {
                said["tensorList"] = new JsonArray([.. found.Tensors.Select(tensor => (JsonNode)new JsonObject
                {
                    ["name"] = tensor.Name, ["type"] = tensor.Type, ["shape"] = new JsonArray([.. tensor.Shape.Select(length => (JsonNode)length)]), ["bytes"] = tensor.Bytes,
                })]);
            }

            Listing.PrintObjects(terminal, format, said);
            return;
        }

        if (!metadata && !tensors)
        {
            Listing.PrintTable(terminal, found.Facts, [new("WHAT", fact => fact.Title), new("VALUE", fact => fact.Value)]);
        }

        if (!metadata && !tensors && found.Files.Count > 0)
        {
            Listing.PrintTable(terminal, found.Files, [new("FILE", file => file.Path), new("SIZE", file => file.SizeBytes is { } bytes ? ByteSize.Format(bytes) : "?"), new("DIGEST", file => file.Digest?.ToString() ?? "")]);
        }

        if (metadata)
        {
            Listing.PrintTable(terminal, found.Metadata, [new("KEY", entry => entry.Key), new("VALUE", entry => OneLine(entry.Value))]);
        }

        if (tensors)
        {
            Listing.PrintTable(terminal, found.Tensors, [new("TENSOR", one => one.Name), new("TYPE", one => one.Type), new("SHAPE", one => string.Join('×', one.Shape)), new("SIZE", one => one.Bytes is { } bytes ? ByteSize.Format(bytes) : "?")]);
        }
    }

    /// <summary>What a file says of itself may hold anything: a terminal gets one line of it, without what would drive it.</summary>
    private static string OneLine(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);
}
