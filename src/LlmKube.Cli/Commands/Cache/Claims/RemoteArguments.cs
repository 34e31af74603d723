using System.CommandLine;
using System.CommandLine.Parsing;
using LlmKube.Operator.Pods;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>A command line as it is to be run in a pod. Pure.</summary>
internal static class RemoteArguments
{
    /// <summary>The same command with the same options, on the store that the pod mounts.</summary>
    /// <param name="parsed">What the person said.</param>
    /// <param name="leaveOut">Options that mean something on this machine alone.</param>
    /// <param name="arguments">What stands in place of the command's arguments; null keeps them.</param>
    public static IReadOnlyList<string> Of(ParseResult parsed, IReadOnlyCollection<Option> leaveOut, IReadOnlyList<string>? arguments = null) =>
        [.. WithoutStore(parsed, leaveOut, arguments), "--store", StorePodObject.StoreFolder];

    /// <summary>The same, of a command that knows no store.</summary>
    /// <param name="parsed">What the person said.</param>
    /// <param name="leaveOut">Options that mean something on this machine alone.</param>
    /// <param name="arguments">What stands in place of the command's arguments; null keeps them.</param>
    public static IReadOnlyList<string> WithoutStore(ParseResult parsed, IReadOnlyCollection<Option> leaveOut, IReadOnlyList<string>? arguments = null)
    {
        var path = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
        {
            path.Insert(0, command.Command.Name);
        }

        var options = parsed.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit && !leaveOut.Contains(option.Option)).SelectMany(Said);
        return [.. path, .. arguments ?? [.. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)], .. options];
    }

    private static IEnumerable<string> Said(OptionResult option) =>
        option.Tokens.Count == 0 ? [option.Option.Name] : option.Tokens.Select(token => $"{option.Option.Name}={token.Value}");
}
