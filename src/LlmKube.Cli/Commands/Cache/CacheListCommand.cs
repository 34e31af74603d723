using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache list</c> and <c>stats</c>: what a store has.</summary>
internal static class CacheListCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var output = CommonOptions.Output();
        var command = new Command("list", "List the models of the store, those used last first\n\nExamples:\n  llmkube cache list\n  llmkube cache list -o wide --store /mnt/models") { output };
        command.Aliases.Add("ls");
        StoreRunner.Bind(command, context, common, store, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            Print(context, parsed.GetValue(output), stored);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildStats(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var output = CommonOptions.Output();
        var command = new Command("stats", "Say what the store takes, what sharing saves, and what nobody refers to") { output };
        StoreRunner.Bind(command, context, common, store, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            PrintStats(context, parsed.GetValue(output), stored);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(CommandContext context, OutputFormat format, StoredModels stored)
    {
        var now = context.Time.GetUtcNow();
        switch (format)
        {
            case OutputFormat.Json or OutputFormat.Yaml:
                Listing.PrintObjects(context.Terminal, format, [.. stored.Models.Select(model => Describe(model, stored))]);
                break;
            case OutputFormat.Name:
                foreach (var model in stored.Models)
                {
                    context.Terminal.Out.WriteLine(model.Key);
                }

                break;
            default:
                if (stored.Models.Count == 0)
                {
                    context.Terminal.Say($"The store at {stored.Store.Layout.Root} is empty. Fetch a model: llmkube cache preload hf://org/model/model.gguf");
                    break;
                }

                Listing.PrintTable(context.Terminal, stored.Models, [.. Columns(stored, now).Where(column => !column.Wide || format == OutputFormat.Wide)]);
                break;
        }
    }

    private static Column<StoredModel>[] Columns(StoredModels stored, DateTimeOffset now) =>
    [
        new("MODEL", StoredModels.NameOf),
        new("KEY", model => model.Key),
        new("SIZE", model => ByteSize.Format(model.SizeBytes)),
        new("AGE", model => Age.Print(model.StoredAt, now)),
        new("LAST USED", model => Age.Print(model.LastUsed, now)),
        new("IN USE BY", model => stored.Usage is null ? "?" : string.Join(",", stored.UsersOf(model))),
        new("PINNED", model => model.Pinned ? "yes" : ""),
        new("FILES", model => model.Files.Count.ToString(CultureInfo.InvariantCulture), Wide: true),
        new("REVISION", model => model.Revision ?? "", Wide: true),
        new("SOURCE", model => model.Legacy ? "(found without metadata)" : model.Source, Wide: true),
        new("LOCATION", model => stored.Store.Layout.ModelFolder(model.Key), Wide: true),
    ];

    private static JsonObject Describe(StoredModel model, StoredModels stored) => new()
    {
        ["model"] = StoredModels.NameOf(model),
        ["key"] = model.Key,
        ["source"] = model.Source,
        ["revision"] = model.Revision,
        ["sizeBytes"] = model.SizeBytes,
        ["storedAt"] = model.StoredAt,
        ["lastUsed"] = model.LastUsed,
        ["pinned"] = model.Pinned,
        ["inUseBy"] = stored.Usage is null ? null : new JsonArray([.. stored.UsersOf(model).Select(user => (JsonNode)user)]),
        ["location"] = stored.Store.Layout.ModelFolder(model.Key),
        ["files"] = new JsonArray([.. model.Files.Select(file => (JsonNode)new JsonObject { ["path"] = file.Path, ["sizeBytes"] = file.SizeBytes, ["sha256"] = file.Sha256 })]),
    };

    private static void PrintStats(CommandContext context, OutputFormat format, StoredModels stored)
    {
        var layout = stored.Store.Layout;
        var survey = new StoreSurvey(layout);
        var unfinished = survey.Unfinished();
        var orphans = new StoreSweeper(layout, context.Time).Sweep(dryRun: true);
        var (named, onDisk) = (stored.Models.Sum(model => model.SizeBytes), survey.BytesOnDisk());
        var saved = Math.Max(0, named + unfinished.Sum(transfer => transfer.BytesOnDisk) + orphans.Bytes - onDisk);
        var free = Directory.Exists(layout.Root) ? new DriveInfo(layout.Root).AvailableFreeSpace : 0;
        if (format is OutputFormat.Json or OutputFormat.Yaml)
        {
            Listing.PrintObjects(context.Terminal, format, new JsonObject
            {
                ["location"] = layout.Root,
                ["models"] = stored.Models.Count,
                ["bytesOnDisk"] = onDisk,
                ["bytesSavedBySharing"] = saved,
                ["bytesFree"] = free,
                ["pinned"] = stored.Models.Count(model => model.Pinned),
                ["unfinishedTransfers"] = unfinished.Count,
                ["orphanedBytes"] = orphans.Bytes,
            });
            return;
        }

        (string Title, string Value)[] rows =
        [
            ("LOCATION", layout.Root),
            ("MODELS", string.Create(CultureInfo.InvariantCulture, $"{stored.Models.Count} ({stored.Models.Count(model => model.Pinned)} pinned)")),
            ("ON DISK", ByteSize.Format(onDisk)),
            ("SAVED BY SHARING", ByteSize.Format(saved)),
            ("FREE", ByteSize.Format(free)),
            ("UNFINISHED", string.Create(CultureInfo.InvariantCulture, $"{unfinished.Count} transfers, {ByteSize.Format(unfinished.Sum(transfer => transfer.BytesOnDisk))}")),
            ("ORPHANED", $"{ByteSize.Format(orphans.Bytes)}{(orphans.Paths.Count > 0 ? " (llmkube cache gc takes it away)" : "")}"),
        ];
        Listing.PrintTable(context.Terminal, rows, [new("WHAT", row => row.Title), new("VALUE", row => row.Value)]);
    }
}
