using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache verify</c>, <c>pin</c> and <c>unpin</c>.</summary>
internal static class CacheVerifyCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var store = new StoreOptions();
        var model = new Argument<string?>("model") { Description = "A key, a source, a Model's name or a file's (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("verify", "Read models and hold their bytes against their digests; ends with 1 where one is damaged") { model };
        StoreRunner.Bind(command, context, common, store, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            var chosen = parsed.GetValue(model) is { } named ? [stored.Find(named)] : stored.Models;
            var damaged = 0;
            foreach (var one in chosen)
            {
                damaged += await VerifyAsync(stored.Store.Layout, one, context, cancellationToken);
            }

            context.Terminal.Say(damaged == 0 ? $"{chosen.Count} model{(chosen.Count == 1 ? " is" : "s are")} as stored." : $"{damaged} file{(damaged == 1 ? " is" : "s are")} damaged. Take the model away with llmkube cache clear --key, and it is fetched again.");
            return damaged == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    public static Command BuildPin(CommandContext context, CommonOptions common, bool pinned)
    {
        var store = new StoreOptions();
        var model = new Argument<string>("model") { Description = "A key, a source, a Model's name or a file's" };
        var command = new Command(pinned ? "pin" : "unpin", pinned ? "Keep a model whatever room is needed" : "Let a model make way again") { model };
        StoreRunner.Bind(command, context, common, store, async (parsed, cancellationToken) =>
        {
            var stored = await StoredModels.ReadAsync(store, parsed, context, common, cancellationToken);
            var found = stored.Find(parsed.GetValue(model)!);
            if (!stored.Store.SetPinned(found.Key, pinned))
            {
                throw new CommandFailure($"{StoredModels.NameOf(found)} was found without metadata, so there is nowhere to note it.", $"Import it: llmkube cache import {stored.Store.Layout.ModelFolder(found.Key)} --as <source>", ExitCodes.Blocked);
            }

            context.Terminal.Say($"{StoredModels.NameOf(found)} {(pinned ? "stays, whatever room is needed" : "may make way")}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> VerifyAsync(ModelStoreLayout layout, StoredModel model, CommandContext context, CancellationToken cancellationToken)
    {
        var line = new ProgressLine(context.Terminal, StoredModels.NameOf(model));
        var verdicts = await StoreVerifier.VerifyAsync(layout, model, line.Counter(model.SizeBytes), cancellationToken);
        line.End();
        foreach (var verdict in verdicts)
        {
            context.Terminal.Out.WriteLine($"{(verdict.Problem is null ? "ok" : "DAMAGED")}\t{model.Key}\t{verdict.File.Path}{(verdict.Problem is null ? "" : $"\t{verdict.Problem}")}");
        }

        return verdicts.Count(verdict => verdict.Problem is not null);
    }
}
