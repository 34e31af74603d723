using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Models.Catalog;

namespace LlmKube.Cli.Commands.Catalog;

/// <summary><c>llmkube catalog list</c> and <c>info</c>: models that are known by short names.</summary>
internal static class CatalogCommand
{
    public static Command Build(CommandContext context, CommonOptions common) => new("catalog", "Models that are known by short names") { BuildList(context, common), BuildInfo(context, common) };

    private static Command BuildList(CommandContext context, CommonOptions common)
    {
        var tag = new Option<string?>("--tag") { Description = "Only models with this tag, such as small or code" };
        var ns = CommonOptions.Namespace();
        var output = CommonOptions.Output();
        var command = new Command("list", "List the catalog\n\nA ConfigMap llmkube-catalog of the cluster, and over it a file catalog.yaml in the home of llmkube or one that LLMKUBE_CATALOG names, add and replace entries and point them at a mirror.\n\nExamples:\n  llmkube catalog list --tag small\n  llmkube catalog list -o wide") { tag, ns, output };
        command.Aliases.Add("ls");
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(tag);
            var entries = (await Catalogs.LoadAsync(parsed, context, common, ns, cancellationToken)).Entries.Where(entry => wanted is null || entry.Tags.Contains(wanted, StringComparer.OrdinalIgnoreCase)).ToList();
            Print(context.Terminal, parsed.GetValue(output), entries);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildInfo(CommandContext context, CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Id of the model" };
        var ns = CommonOptions.Namespace();
        var output = CommonOptions.Output();
        var command = new Command("info", "Tell everything about a model of the catalog") { id, ns, output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var entry = Catalogs.Find(await Catalogs.LoadAsync(parsed, context, common, ns, cancellationToken), parsed.GetValue(id)!);
            if (parsed.GetValue(output) is OutputFormat.Json or OutputFormat.Yaml)
            {
                Listing.PrintObjects(context.Terminal, parsed.GetValue(output), Describe(entry));
                return ExitCodes.Ok;
            }

            Listing.PrintTable(context.Terminal, Rows(entry), [new("WHAT", row => row.Title), new("VALUE", row => row.Value)]);
            context.Terminal.Say($"Deploy it: llmkube deploy {entry.Id}        from elsewhere: llmkube deploy {entry.Id} --source-override /path/to/model.gguf");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Terminal terminal, OutputFormat format, List<CatalogEntry> entries)
    {
        switch (format)
        {
            case OutputFormat.Json or OutputFormat.Yaml:
                Listing.PrintObjects(terminal, format, [.. entries.Select(Describe)]);
                break;
            case OutputFormat.Name:
                entries.ForEach(entry => terminal.Out.WriteLine(entry.Id));
                break;
            default:
                Column<CatalogEntry>[] columns =
                [
                    new("ID", entry => entry.Id),
                    new("NAME", entry => entry.Name),
                    new("SIZE", entry => entry.Size ?? ""),
                    new("QUANT", entry => entry.Quantization ?? ""),
                    new("USE CASE", entry => string.Join(", ", entry.UseCases)),
                    new("VRAM", entry => entry.VramEstimate ?? ""),
                    new("SOURCE", entry => entry.Source, Wide: true),
                ];
                Listing.PrintTable(terminal, entries, [.. columns.Where(column => !column.Wide || format == OutputFormat.Wide)]);
                break;
        }
    }

    private static (string Title, string Value)[] Rows(CatalogEntry entry) =>
    [
        .. new (string Title, string? Value)[]
        {
            ("ID", entry.Id), ("NAME", entry.Name), ("DESCRIPTION", entry.Description), ("SIZE", entry.Size), ("QUANTIZATION", entry.Quantization),
            ("SOURCE", entry.Source), ("SHA256", entry.Sha256), ("CONTEXT", entry.ContextSize?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("CPU", entry.Resources.Cpu), ("MEMORY", entry.Resources.Memory), ("GPU MEMORY", entry.Resources.GpuMemory), ("VRAM", entry.VramEstimate),
            ("USE CASES", string.Join(", ", entry.UseCases)), ("TAGS", string.Join(", ", entry.Tags)), ("HOMEPAGE", entry.Homepage), ("NOTES", entry.Notes),
        }.Where(row => row.Value is { Length: > 0 }).Select(row => (row.Title, row.Value!)),
    ];

    private static JsonObject Describe(CatalogEntry entry) => new()
    {
        ["id"] = entry.Id,
        ["name"] = entry.Name,
        ["size"] = entry.Size,
        ["quantization"] = entry.Quantization,
        ["source"] = entry.Source,
        ["sha256"] = entry.Sha256,
        ["contextSize"] = entry.ContextSize,
        ["gpuLayers"] = entry.GpuLayers,
        ["resources"] = new JsonObject { ["cpu"] = entry.Resources.Cpu, ["memory"] = entry.Resources.Memory, ["gpuMemory"] = entry.Resources.GpuMemory },
        ["vramEstimate"] = entry.VramEstimate,
        ["useCases"] = new JsonArray([.. entry.UseCases.Select(use => (JsonNode)use)]),
        ["tags"] = new JsonArray([.. entry.Tags.Select(one => (JsonNode)one)]),
        ["homepage"] = entry.Homepage,
    };
}
