using System.CommandLine;
using LlmKube.Cli.Commands.Cache.Claims;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>Runs a command of the store where its store is: on a folder of this machine, or on a claim of a cluster in a pod.</summary>
internal static class StoreRunner
{
    /// <summary>Binds a command that needs nothing of this machine: it runs in the pod as it was said.</summary>
    public static void Bind(Command command, CommandContext context, CommonOptions common, StoreOptions store, Func<ParseResult, CancellationToken, Task<int>> onFolder) =>
        Bind(command, context, common, store, mayMake: false, onFolder, (claim, parsed, cancellationToken) =>
            new ClaimCommand(claim, context).RunAsync(RemoteArguments.Of(parsed, [.. store.Claims.All, store.Store]), secret: null, input: null, output: null, cancellationToken));

    /// <summary>Binds a command that does its part here and its part in the pod.</summary>
    public static void Bind(
        Command command,
        CommandContext context,
        CommonOptions common,
        StoreOptions store,
        bool mayMake,
        Func<ParseResult, CancellationToken, Task<int>> onFolder,
        Func<ClaimStore, ParseResult, CancellationToken, Task<int>> onClaim)
    {
        store.AddPlaceTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var claim = context.Greeting is null ? await ClaimStore.FindAsync(store, parsed, context, common, mayMake, cancellationToken) : null;
            if (claim is null)
            {
                return await onFolder(parsed, cancellationToken);
            }

            if (parsed.GetValue(store.Claims.Claim) is null)
            {
                context.Terminal.Say($"The store is the claim {claim.Name} of the namespace {claim.Namespace} ({Size(claim)}); --store names a folder of this machine instead.");
            }

            return await onClaim(claim, parsed, cancellationToken);
        });
    }

    private static string Size(ClaimStore claim) =>
        claim.Claim.Status?.Capacity?.GetValueOrDefault("storage") ?? claim.Claim.Spec?.Resources?.Requests?.GetValueOrDefault("storage") ?? "of unknown size";
}
