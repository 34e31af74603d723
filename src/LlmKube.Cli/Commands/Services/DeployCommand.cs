using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube deploy NAME --source …</c>: a Model and an InferenceService of that name. Running it again changes what is there.</summary>
internal static partial class DeployCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var flags = new DeployFlags();
        var command = new Command(
            "deploy",
            "Deploy a model and serve it; running it again applies what changed\n\nExamples:\n  llmkube deploy llama-3.1-8b\n  llmkube deploy demo --source /models/demo.gguf\n  llmkube deploy demo --source ./demo.gguf --replicas 2 --context-size 8192 --wait=false");
        flags.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var options = await flags.ReadAsync(parsed, context, common, cancellationToken);
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, flags.Namespace, cancellationToken);
            return await RunAsync(options, connection, context, cancellationToken);
        });
        return command;
    }

    internal static async Task<int> RunAsync(DeployOptions options, ClusterConnection connection, CommandContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var apply = new ApplyOptions(FieldManagers.Cli) { DryRun = options.DryRun };
        var (model, service) = DeployedObjects.From(options, connection.Namespace);
        var applied = await connection.Client.Of<Model>().ApplyAsync(model, apply, cancellationToken);
        var served = await connection.Client.Of<InferenceService>().ApplyAsync(service, apply, cancellationToken);

        // What would be applied is what was written, without what servers add: it is meant for a file.
        Print(terminal, options.Output, options.DryRun ? model : applied, options.DryRun ? service : served);
        terminal.Say(options.DryRun
            ? $"Model and InferenceService {connection.Namespace}/{options.Name} would be applied; nothing was changed."
            : $"Applied Model and InferenceService {connection.Namespace}/{options.Name}.");
        if (!options.Wait || options.DryRun)
        {
            return ExitCodes.Ok;
        }

        var ready = await new ServiceWait(connection.Client, terminal, context.Time).UntilReadyAsync(new ObjectKey(connection.Namespace, options.Name), options.Timeout, cancellationToken);
        terminal.Say($"It answers at {ready.Status?.Endpoint}");
        terminal.Say($"Try it: llmkube chat {options.Name} \"Hello\"");
        return ExitCodes.Ok;
    }

    /// <summary>The objects as the server has them, for scripts and Git; without <c>-o</c> the words above say enough.</summary>
    private static void Print(Terminal terminal, OutputFormat format, Model model, InferenceService service)
    {
        if (format is OutputFormat.Name)
        {
            Listing.Print(terminal, format, [model], [], "");
            Listing.Print(terminal, format, [service], [], "");
        }
        else
        {
            Listing.PrintObjects(terminal, format, JsonSerializer.SerializeToNode(model, Model.JsonType)!, JsonSerializer.SerializeToNode(service, InferenceService.JsonType)!);
        }
    }

    /// <summary>A duration as people write it: <c>90s</c>, <c>10m</c>, <c>1h</c>.</summary>
    internal static TimeSpan ParseDuration(string text)
    {
        var match = Duration().Match(text);
        if (!match.Success || !int.TryParse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            throw new CommandFailure($"'{text}' is not a duration.", "Write 90s, 10m or 1h.", ExitCodes.Usage);
        }

        return match.Groups["unit"].Value switch
        {
            "d" => TimeSpan.FromDays(number),
            "h" => TimeSpan.FromHours(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromSeconds(number),
        };
    }

    [GeneratedRegex("^(?<number>[0-9]+)(?<unit>[smhd]?)$", RegexOptions.NonBacktracking)]
    private static partial Regex Duration();
}
