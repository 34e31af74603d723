using System.CommandLine;
using LlmKube.Cli.Attached;
using LlmKube.Cli.Commands.Services;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache clear</c> and <c>gc</c>: take away what is not wanted, and never what is served.</summary>
internal static class CacheClearCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var model = new Option<string?>("--model") { Description = "The model of this name, source or Model resource", HelpName = "name" };
        var key = new Option<string?>("--key") { Description = "The model of this key", HelpName = "key" };
        var all = new Option<bool>("--all") { Description = "Everything that is neither served nor pinned" };
        var unused = new Option<bool>("--unused") { Description = "What no service uses and nobody pinned" };
        var older = new Option<string?>("--older-than") { Description = "What was not used for so long, such as 30d or 12h", HelpName = "time" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be taken away, and change nothing" };
        var command = new Command("clear", "Take models out of the store\n\nExamples:\n  llmkube cache clear --unused --dry-run\n  llmkube cache clear --older-than 30d\n  llmkube cache clear --model llama-3.1-8b.gguf") { model, key, all, unused, older, dryRun };
        StoreRunner.Bind(command, context, common, store, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            var named = parsed.GetValue(key) ?? parsed.GetValue(model);
            var age = parsed.GetValue(older) is { } text ? DeployCommand.ParseDuration(text) : (TimeSpan?)null;
            if (named is null && !parsed.GetValue(all) && !parsed.GetValue(unused) && age is null)
            {
                throw new CommandFailure("Nothing says what to take away.", "Use --model, --key, --unused, --older-than or --all; --dry-run shows what it would be.", ExitCodes.Usage);
            }

            var chosen = named is not null
                ? [stored.Find(named)]
                : stored.Models.Where(one => !one.Pinned && stored.UsersOf(one).Count == 0 && (age is null || context.Time.GetUtcNow() - one.LastUsed > age)).ToList();
            if (named is not null && stored.UsersOf(chosen[0]) is { Count: > 0 } users)
            {
                throw new CommandFailure($"{StoredModels.NameOf(chosen[0])} is served by {string.Join(", ", users)}.", "Delete or scale down these services first.", ExitCodes.Blocked);
            }

            return await RemoveAsync(context, stored, chosen, parsed.GetValue(dryRun), cancellationToken);
        });
        return command;
    }

    public static Command BuildGc(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be taken away, and change nothing" };
        var command = new Command("gc", "Take away bytes that no model refers to, and transfers that nobody went on with") { dryRun };
        StoreRunner.Bind(command, context, common, store, (parsed, _) =>
        {
            var swept = new StoreSweeper(new ModelStoreLayout(store.RootOf(parsed, context)), context.Time).Sweep(parsed.GetValue(dryRun));
            foreach (var path in swept.Paths)
            {
                context.Terminal.Out.WriteLine(path);
            }

            context.Terminal.Say($"{ByteSize.Format(swept.Bytes)} {(parsed.GetValue(dryRun) ? "would come free; nothing was changed" : "came free")}.");
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    private static async Task<int> RemoveAsync(CommandContext context, StoredModels stored, List<StoredModel> chosen, bool dryRun, CancellationToken cancellationToken)
    {
        var freed = 0L;
        var left = stored.Models.ToList();
        foreach (var model in chosen)
        {
            freed += StoreSurvey.FreedWith(model, left);
            left.Remove(model);
            context.Terminal.Out.WriteLine($"{model.Key}\t{StoredModels.NameOf(model)}\t{ByteSize.Format(model.SizeBytes)}");
            if (!dryRun)
            {
                await using var held = await stored.Store.LockAsync(model.Key, () => context.Terminal.Say($"Waiting for the process that writes {model.Key} ..."), cancellationToken);
                stored.Store.Remove(model.Key);
            }
        }

        new StoreChange { Removed = dryRun ? [] : [.. chosen.Select(model => model.Key)] }.Leave(context);
        context.Terminal.Say(chosen.Count == 0 ? "There is nothing to take away." : $"{ByteSize.Format(freed)} {(dryRun ? "would come free; nothing was changed" : "came free")}.");
        return ExitCodes.Ok;
    }
}
